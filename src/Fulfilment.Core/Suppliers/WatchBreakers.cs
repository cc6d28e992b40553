using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Suppliers;

/// <summary>Raises an alert while this host leaves a supplier alone because its last submissions came to nothing definite. Each host has breakers of its own.</summary>
public sealed class WatchBreakers(ICatalogue catalogue, ISuppliers suppliers, MatchAlerts match, IdGenerator ids) : IConditionWatch
{
    /// <inheritdoc/>
    public Task LookAsync(CancellationToken cancellation)
    {
        var prefix = ForgetGoneHosts.KeysOf(ids.Node) + "breaker:";
        return match.RunAsync(AlertKind.BreakerOpen, prefix, [.. catalogue.Current.Suppliers
            .Where(supplier => supplier is { Active: true, Paused: false } && suppliers.IsBreakerOpen(supplier.Code))
            .Select(supplier => new NewAlert(
                AlertKind.BreakerOpen, AlertSeverity.Critical, WatchSuppliers.GroupOf(supplier.Code), prefix + supplier.Code,
                AlertText.Of(
                    $"Half of the last minute's submissions to {supplier.Code} came to nothing definite. Host {ids.Node} sends it one unit at a time to try; the others wait or take their next route.",
                    $"最近一分钟提交给 {supplier.Code} 的请求有一半没有明确结果。主机 {ids.Node} 每次只试探一笔,其余明细等待或改走下一供货顺序。"))
            {
                Group = WatchSuppliers.GroupOf(supplier.Code),
            })]);
    }
}

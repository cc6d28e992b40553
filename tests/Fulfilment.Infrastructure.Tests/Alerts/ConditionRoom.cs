using Fulfilment.Core.Alerts;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Orders;

namespace Fulfilment.Infrastructure.Tests.Alerts;

/// <summary>Looks at conditions as the jobs do, and tells what stands then.</summary>
internal sealed class ConditionRoom(OrderEngine engine)
{
    public AlertStore Alerts { get; } = new(engine.Storage.Database, engine.Ids, engine.Time);

    public MatchAlerts Match => new(Alerts);

    /// <summary>Two looks, because a condition that holds is raised once; gives the one alert of the kind that stands, or null.</summary>
    public async Task<Alert?> LookAsync(IConditionWatch watch, AlertKind kind)
    {
        await watch.LookAsync(TestContext.Current.CancellationToken);
        await watch.LookAsync(TestContext.Current.CancellationToken);
        var alert = (await Alerts.UnresolvedAsync(kind)).Values.SingleOrDefault();
        Assert.True(alert is null or { Count: 1 }, $"{kind} was counted {alert?.Count} times.");
        return alert;
    }

    /// <summary>How many alerts there ever were.</summary>
    public Task<long> EverAsync(AlertKind kind) => engine.CountAsync("alerts", "kind = @kind", new { kind });
}

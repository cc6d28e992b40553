using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers;

/// <summary>Asks suppliers for our money there, where somebody wants to know when it runs low, and raises or resolves the alert.</summary>
public sealed class WatchBalances(ICatalogue catalogue, ISuppliers suppliers, MatchAlerts alerts)
{
    /// <summary>What was found, for people; null: nothing is low.</summary>
    /// <exception cref="AggregateException">Some suppliers could not be asked; the others were.</exception>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        var low = new List<string>();
        var failures = new List<Exception>();
        foreach (var supplier in catalogue.Current.Suppliers)
        {
            try
            {
                if (await LookAsync(supplier, cancellation).ConfigureAwait(false))
                {
                    low.Add(supplier.Code);
                }
            }
#pragma warning disable CA1031 // One supplier's fault must not keep the others from being asked.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                failures.Add(exception);
            }
        }

        return failures.Count > 0 ? throw new AggregateException(failures) : low.Count > 0 ? $"Low at {string.Join(", ", low)}." : null;
    }

    private async Task<bool> LookAsync(Supplier supplier, CancellationToken cancellation)
    {
        if (supplier is not { Active: true, LowBalance: { } limit } || suppliers.Find(supplier.Code) is not { } called)
        {
            // Nobody wants to know any more.
            await MatchAsync(supplier, null).ConfigureAwait(false);
            return false;
        }

        if (await called.BalanceAsync(cancellation).ConfigureAwait(false) is not { } balance)
        {
            // It does not say: what was known of it stays.
            return false;
        }

        var isLow = balance.Amount < limit;
        await MatchAsync(supplier, isLow ? Alert(supplier, limit, balance) : null).ConfigureAwait(false);
        return isLow;
    }

    private Task MatchAsync(Supplier supplier, NewAlert? alert) => alerts.RunAsync(AlertKind.BalanceLow, KeyOf(supplier), alert is null ? [] : [alert]);

    private static NewAlert Alert(Supplier supplier, Money limit, SupplierBalance balance) => new(
        AlertKind.BalanceLow, AlertSeverity.Warning, $"supplier:{supplier.Code}", KeyOf(supplier),
        AlertText.Of($"Less than {limit} {balance.Currency} is left of our money at {supplier.Code}.", $"我方在 {supplier.Code} 的余额已不足 {limit} {balance.Currency}。"))
    {
        Group = $"supplier:{supplier.Code}",
    };

    private static string KeyOf(Supplier supplier) => $"balance:{supplier.Code}:";
}

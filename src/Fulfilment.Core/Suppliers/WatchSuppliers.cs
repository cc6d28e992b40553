using System.Globalization;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Suppliers;

/// <summary>When a supplier's results are bad.</summary>
/// <param name="FailurePercent">So many of its results in a quarter of an hour delivered nothing.</param>
/// <param name="AtLeast">With fewer results nothing is said.</param>
/// <param name="UnknownMinutes">An unknown that is older should have been settled.</param>
public sealed record SupplierWatchOptions(int FailurePercent = 50, int AtLeast = 20, int UnknownMinutes = 60);

/// <summary>
/// Raises alerts while a supplier fails more than it delivers, and while unknowns of it grow old. All that is said of one supplier is one group, so an outage is
/// one message.
/// </summary>
public sealed class WatchSuppliers(ICatalogue catalogue, ISupplierRecord record, IAlerts alerts, MatchAlerts match, SupplierWatchOptions options, TimeProvider time) : IConditionWatch
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    /// <summary>The group of everything that is raised about a supplier.</summary>
    public static string GroupOf(string supplier) => $"supplier:{supplier}";

    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var suppliers = catalogue.Current.Suppliers.ToDictionary(supplier => supplier.Id);
        var failing = await alerts.UnresolvedAsync(AlertKind.SupplierFailures).ConfigureAwait(false);
        var results = await record.ResultsAsync(now - Window, cancellation).ConfigureAwait(false);
        await match.RunAsync(AlertKind.SupplierFailures, "", [.. results
            .Where(result => suppliers.ContainsKey(result.SupplierId) && IsFailing(result, failing.ContainsKey(FailuresKey(suppliers[result.SupplierId]))))
            .Select(result => Describe(suppliers[result.SupplierId], result))]).ConfigureAwait(false);

        var unknowns = await record.UnknownsAsync(now.AddMinutes(-options.UnknownMinutes), cancellation).ConfigureAwait(false);
        await match.RunAsync(AlertKind.UnknownOverdue, "", [.. unknowns
            .Where(sum => suppliers.ContainsKey(sum.SupplierId))
            .Select(sum => Describe(suppliers[sum.SupplierId], sum))]).ConfigureAwait(false);
    }

    // Once it is said, it is over at half of the share: around the limit it would come and go.
    private bool IsFailing(SupplierResults results, bool isSaid) =>
        results.All >= options.AtLeast && results.Failures * 100 >= results.All * options.FailurePercent / (isSaid ? 2 : 1);

    private static string FailuresKey(Supplier supplier) => $"failures:{supplier.Code}";

    private static NewAlert Describe(Supplier supplier, SupplierResults results) => new(
        AlertKind.SupplierFailures,
        AlertSeverity.Critical,
        GroupOf(supplier.Code),
        FailuresKey(supplier),
        string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Failures} of the last {results.All} results of {supplier.Code} in a quarter of an hour delivered nothing: {results.Rejected} rejected, {results.Unknown} unknown, {results.Unusable} unusable."))
    {
        Group = GroupOf(supplier.Code),
    };

    private NewAlert Describe(Supplier supplier, OldUnknowns sum) => new(
        AlertKind.UnknownOverdue,
        AlertSeverity.Critical,
        GroupOf(supplier.Code),
        $"unknowns:{supplier.Code}:{sum.Currency}",
        string.Create(
            CultureInfo.InvariantCulture,
            $"{sum.Units} units at {supplier.Code} have been unknown for more than {options.UnknownMinutes} minutes, the oldest since {IdGenerator.TimeOf(sum.OldestAttempt):yyyy-MM-dd HH:mm} UTC."))
    {
        AtStake = new MoneyAtStake(sum.Cost, sum.Currency),
        Group = GroupOf(supplier.Code),
    };
}

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
        var failing = await alerts.StandingAsync(AlertKind.SupplierFailures).ConfigureAwait(false);
        var results = await record.ResultsAsync(now - Window, cancellation).ConfigureAwait(false);
        await match.RunAsync(AlertKind.SupplierFailures, "", [.. results
            .Where(result => suppliers.ContainsKey(result.SupplierId))
            .Select(result => (Supplier: suppliers[result.SupplierId], Results: result, Known: failing.GetValueOrDefault(FailuresKey(suppliers[result.SupplierId]))))
            .Where(of => IsFailing(of.Results, isSaid: of.Known is not null))
            .Select(of => Describe(of.Supplier, of.Results, of.Known, now))]).ConfigureAwait(false);

        var unknowns = await record.UnknownsAsync(now.AddMinutes(-options.UnknownMinutes), cancellation).ConfigureAwait(false);
        await match.RunAsync(AlertKind.UnknownOverdue, "", [.. unknowns
            .Where(sum => suppliers.ContainsKey(sum.SupplierId))
            .Select(sum => Describe(suppliers[sum.SupplierId], sum))]).ConfigureAwait(false);
    }

    // Once it is said, it is over at half of the share: around the limit it would come and go.
    private bool IsFailing(SupplierResults results, bool isSaid) =>
        results.All >= options.AtLeast && results.Failures * 100 >= results.All * options.FailurePercent / (isSaid ? 2 : 1);

    private static string FailuresKey(Supplier supplier) => $"failures:{supplier.Code}";

    // The last results are others at each look. Shares in tens, written anew only once all of them are others, say as much of an outage, and do not change while it does not.
    private static NewAlert Describe(Supplier supplier, SupplierResults results, Alert? known, DateTimeOffset now) => new(
        AlertKind.SupplierFailures,
        AlertSeverity.Critical,
        GroupOf(supplier.Code),
        FailuresKey(supplier),
        known is not null && now - known.LastAt < Window ? known.Cause : Describe(supplier.Code, results))
    {
        Group = GroupOf(supplier.Code),
    };

    private static AlertText Describe(string supplier, SupplierResults results)
    {
        var (failures, rejected, unknown, unusable) = (Share(results.Failures), Share(results.Rejected), Share(results.Unknown), Share(results.Unusable));
        return AlertText.Of(
            $"About {failures} % of the results of {supplier} in a quarter of an hour delivered nothing: {rejected} % rejected, {unknown} % unknown, {unusable} % unusable.",
            $"{supplier} 在一刻钟内约 {failures} % 的结果未能交付:拒绝 {rejected} %,存疑 {unknown} %,无法交付 {unusable} %。");

        double Share(long part) => 10 * Math.Round(10.0 * part / results.All);
    }

    private NewAlert Describe(Supplier supplier, OldUnknowns sum) => new(
        AlertKind.UnknownOverdue,
        AlertSeverity.Critical,
        GroupOf(supplier.Code),
        $"unknowns:{supplier.Code}:{sum.Currency}",
        AlertText.Of(
            $"{sum.Units} units at {supplier.Code} have been unknown for more than {options.UnknownMinutes} minutes, the oldest since {IdGenerator.TimeOf(sum.OldestAttempt):yyyy-MM-dd HH:mm} UTC.",
            $"{supplier.Code} 有 {sum.Units} 个明细存疑已超过 {options.UnknownMinutes} 分钟,最早的始于 {IdGenerator.TimeOf(sum.OldestAttempt):yyyy-MM-dd HH:mm}(UTC)。"))
    {
        AtStake = new MoneyAtStake(sum.Cost, sum.Currency),
        Group = GroupOf(supplier.Code),
    };
}

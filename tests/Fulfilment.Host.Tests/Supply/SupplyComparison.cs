using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;
using SupplierSimulator;
using SupplierSimulator.Faults;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>
/// Holds what suppliers say is true against our records, reference by reference: each submission arrived once, what was issued is delivered or written
/// down as a discrepancy, what was not is not, and what we owe is what was charged.
/// </summary>
internal static class SupplyComparison
{
    /// <param name="books">Ours.</param>
    /// <param name="truths">Theirs, by our code of the supplier.</param>
    /// <param name="codes">What was delivered, by unit; a top-up has none.</param>
    /// <param name="seed">For the message.</param>
    public static void AssertSame(SupplyBooks books, IReadOnlyDictionary<string, SupplierTruth> truths, IReadOnlyDictionary<long, string> codes, string seed)
    {
        var attempts = books.Attempts.ToDictionary(attempt => attempt.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var units = books.Units.ToDictionary(unit => unit.Id);
        var discrepancies = books.Discrepancies.Where(found => found.AttemptId is not null).ToLookup(found => found.AttemptId!.Value, found => found.Kind);
        var wrong = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (supplier, truth) in truths)
        {
            foreach (var order in truth.Orders)
            {
                known.Add(order.Reference);
                if (!attempts.TryGetValue(order.Reference, out var attempt) || attempt.Supplier != supplier)
                {
                    wrong.Add($"{supplier} has a submission {order.Reference} ({order.Fault}) that we know nothing of");
                    continue;
                }

                if (Difference(order, attempt, units[attempt.UnitId], [.. discrepancies[attempt.Id]], codes) is { } difference)
                {
                    wrong.Add($"{supplier} {order.Reference} ({order.Fault}, {order.State}, {order.Queries} queries, {order.CallbacksTaken}/{order.CallbacksSent} callbacks) is {attempt.State} {attempt.Reason}: {difference}");
                }
            }
        }

        wrong.AddRange(books.Attempts
            .Where(attempt => truths.ContainsKey(attempt.Supplier) && attempt.State is not (AttemptState.NotSent or AttemptState.Rejected) && !known.Contains($"{attempt.Id}"))
            .Select(attempt => $"{attempt.Supplier} never saw {attempt.Id}, which is {attempt.State}"));
        wrong.AddRange(IssuedTwice(books, truths));
        Assert.True(wrong.Count == 0, $"{seed}: {wrong.Count} differences\n{string.Join('\n', wrong.Take(20))}");
    }

    private static string? Difference(
        OrderTruth order, SupplyBooks.AttemptRow attempt, SupplyBooks.UnitRow unit, IReadOnlyCollection<DiscrepancyKind> discrepancies, IReadOnlyDictionary<long, string> codes) =>
        order.Arrivals != 1 ? $"it arrived {order.Arrivals} times"
        : order.QueriesTooSoon > 0 ? $"it was asked {order.QueriesTooSoon} times too soon"
        : (order.State, attempt.State) switch
        {
            (_, AttemptState.Submitted or AttemptState.Processing or AttemptState.Unknown) => "it is still open",
            (TruthState.Processing, _) => "it is decided, and the supplier is still at it",
            (TruthState.None or TruthState.Rejected, AttemptState.Rejected) => null,
            (TruthState.None or TruthState.Rejected, _) => "it was never issued",
            (TruthState.Issued, AttemptState.Issued) => Delivered(order, unit, discrepancies, codes),
            (TruthState.Issued, AttemptState.Unusable) => discrepancies.Any(kind => kind is DiscrepancyKind.DuplicateCode or DiscrepancyKind.UnusableCode) ? null : "nobody is told that its code cannot be used",
            (TruthState.Issued, AttemptState.Rejected) => discrepancies.Contains(DiscrepancyKind.LateSuccess) ? null : "it was issued, and nobody is told",
            (TruthState.Issued, _) => "it was issued",
            _ => "nobody thought of it",
        };

    private static string? Delivered(OrderTruth order, SupplyBooks.UnitRow unit, IReadOnlyCollection<DiscrepancyKind> discrepancies, IReadOnlyDictionary<long, string> codes) =>
        unit.State != UnitState.Delivered ? $"its unit is {unit.State}"
        : order.Codes.Count > 0 && codes.GetValueOrDefault(unit.Id) != order.Codes[0].Secret ? "another code was delivered, or none"
        : order.Codes.Count > 1 && !discrepancies.Contains(DiscrepancyKind.ExtraCode) ? "nobody is told of the second code"
        : order.Fault == Fault.RejectedAfterIssued && order.CallbacksTaken > 0 && !discrepancies.Contains(DiscrepancyKind.LateRejection) ? "nobody is told of the callback that denies it"
        : null;

    // What a supplier issued after it had said no, or what could not be used, is a discrepancy; beyond that one issue a unit.
    private static IEnumerable<string> IssuedTwice(SupplyBooks books, IReadOnlyDictionary<string, SupplierTruth> truths)
    {
        var issued = truths.Values.SelectMany(truth => truth.Orders).Where(order => order.State == TruthState.Issued).Select(order => order.Reference).ToHashSet();
        return books.Attempts
            .Where(attempt => attempt.State is AttemptState.Issued && issued.Contains($"{attempt.Id}"))
            .GroupBy(attempt => attempt.UnitId)
            .Where(unit => unit.Count() > 1)
            .Select(unit => $"unit {unit.Key} was issued {unit.Count()} times: {string.Join(", ", unit.Select(attempt => attempt.Id))}");
    }
}

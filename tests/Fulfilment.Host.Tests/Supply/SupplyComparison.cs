using Fulfilment.Core;
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
/// <param name="books">Ours.</param>
/// <param name="truths">Theirs, by our code of the supplier.</param>
/// <param name="askedByReceipt">Suppliers that can be asked only about orders whose number they have told.</param>
/// <param name="codes">What was delivered, by unit; a top-up has none.</param>
/// <param name="seed">For the message.</param>
internal sealed class SupplyComparison(
    SupplyBooks books, IReadOnlyDictionary<string, SupplierTruth> truths, IReadOnlyCollection<string> askedByReceipt, IReadOnlyDictionary<long, string> codes, string seed)
{
    private readonly Dictionary<string, SupplyBooks.AttemptRow> _attempts = books.Attempts.ToDictionary(attempt => attempt.Reference);
    private readonly Dictionary<long, SupplyBooks.UnitRow> _units = books.Units.ToDictionary(unit => unit.Id);
    private readonly ILookup<long, SupplyBooks.DiscrepancyRow> _discrepancies = books.Discrepancies.Where(found => found.AttemptId is not null).ToLookup(found => found.AttemptId!.Value);

    private readonly HashSet<string> _soldTwice =
        [.. truths.Values.SelectMany(truth => truth.Orders).SelectMany(order => order.Codes).GroupBy(code => code.Secret).Where(sold => sold.Count() > 1).Select(sold => sold.Key)];

    public void AssertSame(Func<OrderTruth, bool> isMeant)
    {
        var wrong = truths.SelectMany(truth => truth.Value.Orders.Where(isMeant).Select(order => Compare(truth.Key, order))).OfType<string>()
            .Concat(NeverArrived())
            .Concat(IssuedTwice())
            .ToList();
        Assert.True(wrong.Count == 0, $"{seed}: {wrong.Count} differences\n{string.Join('\n', wrong.Take(20))}");
    }

    private string? Compare(string supplier, OrderTruth order)
    {
        if (!_attempts.TryGetValue(order.Reference, out var attempt) || attempt.Supplier != supplier)
        {
            return $"{supplier} has a submission {order.Reference} ({order.Fault}) that we know nothing of";
        }

        var difference = MustStayOpen(order, attempt) ? null : Difference(order, attempt, _units[attempt.UnitId], [.. _discrepancies[attempt.Id]]);
        return difference is null
            ? null
            : $"{supplier} {order.Reference} ({order.Fault}, {order.State}, {order.Queries} queries, {order.CallbacksTaken}/{order.CallbacksSent} callbacks) is {attempt.State} {attempt.Reason}: {difference}";
    }

    // Never accepted, and nobody can ask: whatever settled it would be a guess.
    private bool MustStayOpen(OrderTruth order, SupplyBooks.AttemptRow attempt) =>
        order is { State: TruthState.None, Arrivals: 1 } && attempt is { State: AttemptState.Unknown, Receipt: null } && askedByReceipt.Contains(attempt.Supplier);

    private string? Difference(OrderTruth order, SupplyBooks.AttemptRow attempt, SupplyBooks.UnitRow unit, IReadOnlyList<SupplyBooks.DiscrepancyRow> told) =>
        order.Arrivals != 1 ? $"it arrived {order.Arrivals} times"
        : order.QueriesTooSoon > 0 ? $"it was asked {order.QueriesTooSoon} times too soon"
        : (order.State, attempt.State) switch
        {
            (_, AttemptState.Submitted or AttemptState.Processing or AttemptState.Unknown) => "it is still open",
            (TruthState.Processing, _) => "it is decided, and the supplier is still at it",
            (TruthState.None or TruthState.Rejected, AttemptState.Rejected) => null,
            (TruthState.None or TruthState.Rejected, _) => "it was never issued",
            (TruthState.Issued, AttemptState.Issued) => Delivered(order, unit, told) ?? Owed(order, attempt, told),

            // Of two units with one code the first that we hear of has it, whichever was sold first.
            (TruthState.Issued, AttemptState.Unusable) when order.Codes.Any(code => _soldTwice.Contains(code.Secret)) => Has(told, DiscrepancyKind.DuplicateCode, DiscrepancyKind.UnusableCode) ? Owed(order, attempt, told) : "nobody is told that its code cannot be used",
            (TruthState.Issued, AttemptState.Rejected) when order.Fault == Fault.IssuedAfterRejected => Has(told, DiscrepancyKind.LateSuccess) ? Owed(order, attempt, told) : "it was issued, and nobody is told",
            (TruthState.Issued, _) => "it was issued",
            _ => "nobody thought of it",
        };

    private string? Delivered(OrderTruth order, SupplyBooks.UnitRow unit, IReadOnlyList<SupplyBooks.DiscrepancyRow> told) =>
        unit.State != UnitState.Delivered ? $"its unit is {unit.State}"
        : order.Codes.Count > 0 && codes.GetValueOrDefault(unit.Id) != order.Codes[0].Secret ? "another code was delivered, or none"
        : order.Codes.Count > 1 && !Has(told, DiscrepancyKind.ExtraCode) ? "nobody is told of the second code"
        : order.Fault == Fault.RejectedAfterIssued && order.CallbacksTaken > 0 && !Has(told, DiscrepancyKind.LateRejection) ? "nobody is told of the callback that denies it"
        : null;

    // What we owe for a delivered unit, or keep as disputed, is what was charged; where it is not, somebody is told.
    private static string? Owed(OrderTruth order, SupplyBooks.AttemptRow attempt, IReadOnlyList<SupplyBooks.DiscrepancyRow> told)
    {
        var disputed = told.Where(found => found.Kind is DiscrepancyKind.LateSuccess or DiscrepancyKind.DuplicateCode or DiscrepancyKind.UnusableCode).Sum(found => found.Amount);
        var owed = disputed + (attempt.State == AttemptState.Issued ? attempt.UnitCost : 0);
        return owed == order.Charged.TenThousandths || Has(told, DiscrepancyKind.CostDiffers) ? null : $"{order.Charged} were charged, and we say {new Money(owed)}";
    }

    private static bool Has(IReadOnlyList<SupplyBooks.DiscrepancyRow> told, params DiscrepancyKind[] kinds) => told.Any(found => kinds.Contains(found.Kind));

    private IEnumerable<string> NeverArrived()
    {
        var known = truths.Values.SelectMany(truth => truth.Orders).Select(order => order.Reference).ToHashSet(StringComparer.Ordinal);
        return books.Attempts
            .Where(attempt => truths.ContainsKey(attempt.Supplier) && !known.Contains(attempt.Reference) && attempt.State is not (AttemptState.NotSent or AttemptState.Rejected))
            .Where(attempt => attempt.State != AttemptState.Unknown || !askedByReceipt.Contains(attempt.Supplier))
            .Select(attempt => $"{attempt.Supplier} never saw {attempt.Reference}, which is {attempt.State}");
    }

    // What a supplier issued after it had said no, or what could not be used, is a discrepancy; beyond that one issue a unit.
    private IEnumerable<string> IssuedTwice()
    {
        var issued = truths.Values.SelectMany(truth => truth.Orders).Where(order => order.State == TruthState.Issued).Select(order => order.Reference).ToHashSet(StringComparer.Ordinal);
        return books.Attempts
            .Where(attempt => attempt.State is AttemptState.Issued && issued.Contains(attempt.Reference))
            .GroupBy(attempt => attempt.UnitId)
            .Where(unit => unit.Count() > 1)
            .Select(unit => $"unit {unit.Key} was issued {unit.Count()} times: {string.Join(", ", unit.Select(attempt => attempt.Reference))}");
    }
}

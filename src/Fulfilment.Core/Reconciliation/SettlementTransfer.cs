using System.Text.Json;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;

namespace Fulfilment.Core.Reconciliation;

/// <summary>What the end of a discrepancy moves, and what it leaves in the audit. How it was settled stands in its note, where it can be erased with whom it may name.</summary>
internal static class SettlementTransfer
{
    /// <summary>The transfer; null: the books say already what was agreed.</summary>
    public static Transfer? Of(IdGenerator ids, KnownDiscrepancy resolved)
    {
        var found = resolved.Discrepancy;
        var (payable, disputed, difference) = (Account.SupplierPayable(found.SupplierId), Account.Disputed(found.SupplierId), Account.SupplierDifference(found.SupplierId));
        if (resolved.Outcome is not { } outcome)
        {
            return null;
        }

        (Account Debit, Account Credit)? way = (Discrepancy.IsDisputed(found.Kind), outcome) switch
        {
            (true, DiscrepancyOutcome.Accepted) => (difference, disputed),
            (true, DiscrepancyOutcome.Dropped) => (payable, disputed),
            (false, DiscrepancyOutcome.Accepted) => null,
            (false, DiscrepancyOutcome.Dropped) => found.Amount > Money.Zero ? (payable, difference) : (difference, payable),
        };
        return way is { } accounts
            ? new Transfer(
                ids.Next(), TransferKind.Settlement, accounts.Debit, accounts.Credit, found.Amount > Money.Zero ? found.Amount : -found.Amount, found.Currency, OrderId: null)
            : null;
    }

    public static string Image(KnownDiscrepancy known)
    {
        var outcome = known.Outcome is { } given ? $"\"{Name(given)}\"" : "null";
        return $$"""{"status":"{{Name(known.Discrepancy.Status)}}","outcome":{{outcome}},"amount":"{{known.Discrepancy.Amount}}","currency":"{{known.Discrepancy.Currency}}"}""";
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Ledger;

/// <summary>The stored records that <see cref="CheckLedger"/> compares.</summary>
public interface ILedgerRecordStore
{
    /// <summary>Runs <paramref name="work"/> on records that all are as they were at one moment, whatever a host writes meanwhile.</summary>
    Task ReadAsync(Func<ILedgerRecords, Task> work, CancellationToken cancellation);
}

/// <summary>Records of one moment.</summary>
public interface ILedgerRecords
{
    /// <summary>Debits and credits of every kind of account, by currency.</summary>
    Task<IReadOnlyList<AccountTotal>> TrialBalanceAsync(CancellationToken cancellation);

    /// <summary>The records that show this fault. Not for those that <see cref="LinesAsync"/> is there for.</summary>
    IAsyncEnumerable<LedgerDifference> DifferencesAsync(LedgerFault fault, CancellationToken cancellation);

    /// <summary>Every order's lines with their units counted, order by order.</summary>
    IAsyncEnumerable<LineTally> LinesAsync(CancellationToken cancellation);
}

/// <summary>What moved on all accounts of a kind in one currency.</summary>
/// <param name="Kind">The kind of account.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Debits">Sum of the amounts debited.</param>
/// <param name="Credits">Sum of the amounts credited.</param>
public sealed record AccountTotal(AccountKind Kind, string Currency, Money Debits, Money Credits);

/// <summary>A record that is not as others say.</summary>
/// <param name="Id">Which; what it is an id of, the fault says. Zero for none.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Found">Ten-thousandths, or a state's number.</param>
/// <param name="Expected">Likewise.</param>
public sealed record LedgerDifference(long Id, string Currency, long Found, long Expected);

/// <summary>An order line and how many of its units are in which state.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="OrderStatus">The order's status.</param>
/// <param name="OpenUnits">The order's counter.</param>
/// <param name="LineId">The line; null for an order without lines.</param>
/// <param name="LineStatus">The line's status.</param>
/// <param name="Quantity">Units ordered: for a bundle all of its components.</param>
/// <param name="Units">Units there are, without those that replace others.</param>
/// <param name="Counts">All of its units.</param>
public sealed record LineTally(
    long OrderId, OrderStatus OrderStatus, int OpenUnits, long? LineId, OrderStatus LineStatus, int Quantity, int Units, UnitCounts Counts);

/// <summary>Units by what they came to.</summary>
/// <param name="Open">Not final.</param>
/// <param name="Delivered">Delivered, also those replaced or refunded since.</param>
/// <param name="Failed">Failed.</param>
/// <param name="Cancelled">Cancelled.</param>
/// <param name="Refunded">Those of the delivered whose money is back.</param>
/// <param name="Kept">Those of the delivered that are still with the buyer.</param>
public readonly record struct UnitCounts(int Open, int Delivered, int Failed, int Cancelled, int Refunded, int Kept)
{
    /// <summary>Both together.</summary>
    public static UnitCounts operator +(UnitCounts left, UnitCounts right) =>
        new(left.Open + right.Open, left.Delivered + right.Delivered, left.Failed + right.Failed, left.Cancelled + right.Cancelled,
            left.Refunded + right.Refunded, left.Kept + right.Kept);

    /// <summary>Whether an order or line with these units may be in this status.</summary>
    public bool Allow(OrderStatus status)
    {
        if (OrderStates.IsOpen(status) || Open > 0)
        {
            return OrderStates.IsOpen(status) && Open > 0;
        }

        if (Refunded > 0 && Kept == 0)
        {
            return status == OrderStatus.Refunded;
        }

        // Calling off what was left of an order of which a part had failed cancels it.
        return status == OrderStates.Close(Delivered, Failed, Cancelled)
            || (status == OrderStatus.Cancelled && Delivered == 0 && Cancelled > 0);
    }
}

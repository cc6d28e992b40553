namespace Fulfilment.Core.CardKeys.Import;

/// <summary>Why a row became no card key: a fault found by the reader, or what the import found.</summary>
/// <param name="Number">As stored; never changes its meaning.</param>
public readonly record struct RowReason(int Number)
{
    /// <summary>The code's last day is over.</summary>
    public static readonly RowReason Expired = new(100);

    /// <summary>The code came before: in the file, in another, for whatever SKU. Counted apart from rejected rows.</summary>
    public static readonly RowReason Duplicate = new(101);

    /// <summary>A fault found by the reader.</summary>
    public static RowReason Of(RowError error) => new((int)error);

    /// <summary>The stable snake_case code.</summary>
    public string Code => this == Expired ? "expired" : this == Duplicate ? "duplicate" : ((RowError)Number).Code();
}

/// <summary>A row that became no card key. It carries nothing of the row's text.</summary>
/// <param name="Line">Physical line on which the row starts, from 1.</param>
/// <param name="Reason">Why.</param>
public readonly record struct RejectedRow(long Line, RowReason Reason);

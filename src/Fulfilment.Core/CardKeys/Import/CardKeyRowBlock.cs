namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// Rows on their way from a reader to the import, in arrays that are filled again and again, so that a
/// file of any size costs the memory of one block. Not thread-safe; it may move between threads.
/// </summary>
public sealed class CardKeyRowBlock
{
    private readonly CardKeyRow[] _rows;
    private readonly BadCardKeyRow[] _badRows;
    private int _rowCount;
    private int _badRowCount;

    /// <param name="capacity">How many rows, good and bad together, make the block full.</param>
    public CardKeyRowBlock(int capacity = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _rows = new CardKeyRow[capacity];
        _badRows = new BadCardKeyRow[capacity];
    }

    /// <summary>The readable rows in file order; valid until the block is filled again.</summary>
    public ReadOnlySpan<CardKeyRow> Rows => _rows.AsSpan(0, _rowCount);

    /// <summary>The refused rows in file order; valid until the block is filled again.</summary>
    public ReadOnlySpan<BadCardKeyRow> BadRows => _badRows.AsSpan(0, _badRowCount);

    /// <summary>Good and bad rows together.</summary>
    public int Count => _rowCount + _badRowCount;

    /// <summary>Whether a reader must stop here.</summary>
    public bool IsFull => Count == _rows.Length;

    /// <summary>For readers: empties the block.</summary>
    public void Clear() => _rowCount = _badRowCount = 0;

    /// <summary>For readers: adds a good row; the block must not be full.</summary>
    public void Add(in CardKeyRow row) => _rows[_rowCount++] = row;

    /// <summary>For readers: adds a refused row; the block must not be full.</summary>
    public void Add(BadCardKeyRow row) => _badRows[_badRowCount++] = row;
}

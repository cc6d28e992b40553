namespace Fulfilment.Core.CardKeys.Import;

/// <summary>Rows of an import, near each other by fingerprint, made ready for storage in buffers that are filled again and again. One owner at a time.</summary>
public sealed class BatchSlice
{
    private readonly PreparedCardKey[] _keys;
    private readonly FingerprintOrder[] _order;
    private readonly RejectedRow[] _rejected;
    private int _keyCount;
    private int _rejectedCount;

    /// <param name="capacity">Most rows, good and bad together.</param>
    public BatchSlice(int capacity)
    {
        _keys = new PreparedCardKey[capacity];
        _order = new FingerprintOrder[capacity];
        _rejected = new RejectedRow[capacity];
    }

    /// <summary>How many rows must have been processed when this slice is stored.</summary>
    public long Start { get; private set; }

    /// <summary>Rows of the file in this slice.</summary>
    public int RowCount => _keyCount + _rejectedCount;

    /// <summary>Readable rows in file order, ids growing.</summary>
    public ReadOnlySpan<PreparedCardKey> Keys => _keys.AsSpan(0, _keyCount);

    /// <summary>
    /// Positions in <see cref="Keys"/> by fingerprint, the first in the file first: neighbours in the index are
    /// inserted one after the other, which is several times cheaper than at random.
    /// </summary>
    public ReadOnlySpan<FingerprintOrder> Order => _order.AsSpan(0, _keyCount);

    /// <summary>Rejected rows in file order.</summary>
    public ReadOnlySpan<RejectedRow> Rejected => _rejected.AsSpan(0, _rejectedCount);

    /// <summary>What the batch's content hash is once this slice is stored.</summary>
    public ReadOnlyMemory<byte> ContentHash { get; private set; }

    /// <summary>Id of the transfer that books the slice's cost, should it have one.</summary>
    public long TransferId { get; private set; }

    /// <summary>The node whose row of the batch's stock counts them.</summary>
    public int Node { get; private set; }

    /// <summary>Whether to raise the change counter of the stock.</summary>
    public bool AnnouncesStock { get; private set; }

    internal void Clear()
    {
        // The encrypted codes are let go, not kept alive by an idle buffer.
        _keys.AsSpan(0, _keyCount).Clear();
        _keyCount = _rejectedCount = 0;
    }

    internal void Add(in PreparedCardKey key)
    {
        _order[_keyCount] = new FingerprintOrder(key.Fingerprint, _keyCount);
        _keys[_keyCount++] = key;
    }

    internal void Add(RejectedRow row) => _rejected[_rejectedCount++] = row;

    internal void Close(long start, byte[] contentHash, long transferId, int node, bool announcesStock)
    {
        _order.AsSpan(0, _keyCount).Sort(default(FingerprintOrder.Comparer));
        (Start, ContentHash, TransferId, Node, AnnouncesStock) = (start, contentHash, transferId, node, announcesStock);
    }
}

/// <summary>A card key that only its fingerprint can still keep out of the stock.</summary>
/// <param name="Id">Of the card key.</param>
/// <param name="Line">Physical line of its row.</param>
/// <param name="ExpiresOn">Day number (<see cref="ExpiryDay"/>).</param>
/// <param name="Fingerprint">Of the code, big-endian.</param>
/// <param name="NumberHash">Of the card number, big-endian; null without one.</param>
/// <param name="Code">Encrypted.</param>
public readonly record struct PreparedCardKey(long Id, long Line, int ExpiresOn, UInt128 Fingerprint, UInt128? NumberHash, byte[] Code);

/// <summary>A place in <see cref="BatchSlice.Keys"/>.</summary>
/// <param name="Fingerprint">Of the code there.</param>
/// <param name="Index">The place.</param>
public readonly record struct FingerprintOrder(UInt128 Fingerprint, int Index)
{
    /// <summary>By fingerprint, then by place in the file.</summary>
    internal readonly struct Comparer : IComparer<FingerprintOrder>
    {
        public int Compare(FingerprintOrder x, FingerprintOrder y)
        {
            var byFingerprint = x.Fingerprint.CompareTo(y.Fingerprint);
            return byFingerprint != 0 ? byFingerprint : x.Index.CompareTo(y.Index);
        }
    }
}

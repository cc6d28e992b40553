using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// The rows of a block in file order with what tells them apart, and a running hash over it. Two uploads have the same content when
/// their rows have the same codes, dates and faults; line ends, quotes and blank lines do not matter, nor how an upload was cut into slices.
/// </summary>
internal sealed class RowDigests(ICodeProtection protection, int capacity) : IDisposable
{
    // 0 or the row's fault (1 byte), fingerprint (16), expiry as in the file (4).
    private const int Size = 1 + ICodeProtection.HashSize + 4;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _bytes = new byte[capacity * Size];
    private readonly DigestedRow[] _rows = new DigestedRow[capacity];
    private int _count;
    private int _hashed;

    /// <summary>The rows of the block read last, in file order.</summary>
    public ReadOnlySpan<DigestedRow> Rows => _rows.AsSpan(0, _count);

    /// <summary>Replaces the rows by those of a block.</summary>
    public void Read(CardKeyRowBlock block)
    {
        var rows = block.Rows;
        var badRows = block.BadRows;
        _count = _hashed = 0;
        for (int good = 0, bad = 0; good + bad < block.Count;)
        {
            if (bad == badRows.Length || (good < rows.Length && rows[good].Line < badRows[bad].Line))
            {
                Add(rows[good], good);
                good++;
            }
            else
            {
                AddBad(badRows[bad].Line, badRows[bad].Error);
                bad++;
            }
        }
    }

    /// <summary>Takes the next <paramref name="count"/> rows into the hash.</summary>
    public void Hash(int count)
    {
        _hash.AppendData(_bytes.AsSpan(_hashed * Size, count * Size));
        _hashed += count;
    }

    /// <summary>SHA-256 over the digests of all rows hashed so far.</summary>
    public byte[] CurrentHash() => _hash.GetCurrentHash();

    public void Dispose() => _hash.Dispose();

    private void Add(in CardKeyRow row, int index)
    {
        var code = new CodeText(row.Number, row.Secret);
        if (code.Problem is not CodeTextProblem.None and var problem)
        {
            AddBad(row.Line, problem == CodeTextProblem.SecretMissing ? RowError.EmptySecret : RowError.BadText);
            return;
        }

        var bytes = _bytes.AsSpan(_count * Size, Size);
        bytes[0] = 0;
        protection.Fingerprint(code, bytes.Slice(1, ICodeProtection.HashSize));
        BinaryPrimitives.WriteInt32BigEndian(bytes[(1 + ICodeProtection.HashSize)..], ExpiryDay.From(row.ExpiresOn));
        _rows[_count++] = new DigestedRow(row.Line, index, null, BinaryPrimitives.ReadUInt128BigEndian(bytes[1..]));
    }

    private void AddBad(long line, RowError error)
    {
        var bytes = _bytes.AsSpan(_count * Size, Size);
        bytes.Clear();
        bytes[0] = (byte)error;
        _rows[_count++] = new DigestedRow(line, -1, error, default);
    }
}

/// <summary>A row of a block: readable, at <c>Index</c> of its rows, or with an error.</summary>
internal readonly record struct DigestedRow(long Line, int Index, RowError? Error, UInt128 Fingerprint);

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// A stretch of an upload, by fingerprint. Its slices are then narrow ranges of the index of fingerprints, so that a commit writes a
/// hundred pages of it and not one for each row. Where windows end is decided by the rows alone, so that a resumed upload cuts the same ones.
/// </summary>
/// <param name="protection">Makes the fingerprints.</param>
/// <param name="longest">Rows after which a window is full, to the next whole block.</param>
internal sealed class ImportWindow(ICodeProtection protection, int longest) : IDisposable
{
    // Secrets may be as long as a page: then the text and not the number of rows fills the window.
    private const long LongestText = 4_000_000;

    // 0 or the row's fault (1 byte), fingerprint (16), expiry as in the file (4).
    private const int DigestSize = 1 + ICodeProtection.HashSize + 4;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<CardKeyRow> _rows = [];
    private readonly List<WindowRow> _order = [];
    private readonly byte[] _digest = new byte[DigestSize];
    private long _text;

    /// <summary>Rows in it, bad ones too.</summary>
    public int Count => _order.Count;

    /// <summary>Whether the next block belongs to the next window.</summary>
    public bool IsFull => Count >= longest || _text >= LongestText;

    /// <summary>Bad rows first, then by fingerprint, then by place; once closed.</summary>
    public Span<WindowRow> Rows => CollectionsMarshal.AsSpan(_order);

    /// <summary>
    /// SHA-256 over the digests of all rows up to this window's end. Two uploads have the same content when their rows have the same codes,
    /// dates and faults; line ends, quotes and blank lines do not matter.
    /// </summary>
    public byte[] ContentHash { get; private set; } = [];

    /// <summary>The readable row at a place.</summary>
    public CardKeyRow this[int place] => _rows[place];

    /// <summary>Begins the next window.</summary>
    public void Clear()
    {
        _rows.Clear();
        _order.Clear();
        _text = 0;
    }

    /// <summary>Takes a block's rows in file order.</summary>
    public void Add(CardKeyRowBlock block)
    {
        var rows = block.Rows;
        var badRows = block.BadRows;
        for (int good = 0, bad = 0; good + bad < block.Count;)
        {
            if (bad == badRows.Length || (good < rows.Length && rows[good].Line < badRows[bad].Line))
            {
                Add(rows[good++]);
            }
            else
            {
                AddBad(new CardKeyRow(badRows[bad].Line, null, "", null), badRows[bad].Error);
                bad++;
            }
        }
    }

    /// <summary>Sorts the rows and says what the content is up to here.</summary>
    public void Close()
    {
        Rows.Sort(default(WindowRow.ByFingerprint));
        ContentHash = _hash.GetCurrentHash();
    }

    public void Dispose() => _hash.Dispose();

    private void Add(in CardKeyRow row)
    {
        var code = new CodeText(row.Number, row.Secret);
        if (code.Problem is not CodeTextProblem.None and var problem)
        {
            AddBad(row, problem == CodeTextProblem.SecretMissing ? RowError.EmptySecret : RowError.BadText);
            return;
        }

        _digest[0] = 0;
        protection.Fingerprint(code, _digest.AsSpan(1, ICodeProtection.HashSize));
        BinaryPrimitives.WriteInt32BigEndian(_digest.AsSpan(1 + ICodeProtection.HashSize), ExpiryDay.From(row.ExpiresOn));
        _text += row.Secret.Length + (row.Number?.Length ?? 0);
        Take(row, null, BinaryPrimitives.ReadUInt128BigEndian(_digest.AsSpan(1)));
    }

    private void AddBad(in CardKeyRow row, RowError error)
    {
        Array.Clear(_digest);
        _digest[0] = (byte)error;
        Take(row, error, default);
    }

    private void Take(in CardKeyRow row, RowError? error, UInt128 fingerprint)
    {
        _hash.AppendData(_digest);
        _order.Add(new WindowRow(fingerprint, _rows.Count, error));
        _rows.Add(row);
    }
}

/// <summary>A row of a window: where it stands in the file's order, and its fingerprint or its fault.</summary>
internal readonly record struct WindowRow(UInt128 Fingerprint, int Place, RowError? Error)
{
    internal readonly struct ByFingerprint : IComparer<WindowRow>
    {
        public int Compare(WindowRow x, WindowRow y)
        {
            var byFault = (x.Error is null).CompareTo(y.Error is null);
            var byFingerprint = byFault != 0 ? byFault : x.Fingerprint.CompareTo(y.Fingerprint);
            return byFingerprint != 0 ? byFingerprint : x.Place.CompareTo(y.Place);
        }
    }

    internal readonly struct ByPlace : IComparer<WindowRow>
    {
        public int Compare(WindowRow x, WindowRow y) => x.Place.CompareTo(y.Place);
    }
}

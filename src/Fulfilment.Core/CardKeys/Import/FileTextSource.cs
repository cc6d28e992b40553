namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// The decoding stage: whatever the file's encoding, what comes out is UTF-8 without a byte order mark.
/// Bytes that cannot be decoded come out as bytes that are not UTF-8 either, so that it is the row around
/// them that is refused and not the file.
/// </summary>
internal interface ITextSource : IAsyncDisposable
{
    /// <summary>Bytes of the file taken so far, before decoding.</summary>
    long BytesRead { get; }

    /// <summary>The file's encoding; null as long as all of it is ASCII.</summary>
    TextEncoding? Encoding { get; }

    /// <summary>Why the file is refused as a whole; then nothing comes out.</summary>
    string? Fault { get; }

    /// <summary>At least one byte, or 0 at the end.</summary>
    ValueTask<int> ReadAsync(Memory<byte> utf8, CancellationToken cancellationToken);
}

/// <summary>
/// A file in UTF-8 or GB18030. A byte order mark decides, then what its sender declares, then the first stretch that is not ASCII. How the
/// file arrives in pieces changes nothing: an upload that is resumed has to be read the same.
/// </summary>
/// <param name="stream">The file; disposed with the source.</param>
/// <param name="declared">What the sender says it is; null: to be found out.</param>
/// <param name="isTable">Whether it has to be CSV.</param>
internal sealed class FileTextSource(Stream stream, TextEncoding? declared, bool isTable) : ITextSource
{
    private const int SampleBytes = 64 * 1024;

    // Not from a pool: the next user of a pooled array would hold plain-text secrets.
    private readonly byte[] _raw = new byte[2 * SampleBytes];
    private readonly Gb18030Lines _lines = new();
    private byte[] _decoded = [];
    private int _decodedStart, _decodedEnd;
    private int _start, _end;
    private bool _started, _ended;

    public long BytesRead { get; private set; }

    public TextEncoding? Encoding { get; private set; } = declared;

    public string? Fault { get; private set; }

    public async ValueTask<int> ReadAsync(Memory<byte> utf8, CancellationToken cancellationToken)
    {
        if (!_started)
        {
            await StartAsync(cancellationToken).ConfigureAwait(false);
        }

        while (Fault is null)
        {
            if (_decodedStart < _decodedEnd)
            {
                return Hand(_decoded.AsSpan(0, _decodedEnd), ref _decodedStart, utf8.Span);
            }

            if (_start == _end && !await FillAsync(1, cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            if (Encoding is null && PlainLength() is > 0 and var plain)
            {
                return Hand(_raw.AsSpan(0, _start + plain), ref _start, utf8.Span);
            }

            if (Encoding is null)
            {
                await FillAsync(SampleBytes, cancellationToken).ConfigureAwait(false);
                Encoding = EncodingGuess.Of(_raw.AsSpan(_start, Math.Min(SampleBytes, _end - _start)));
            }

            if (Encoding == TextEncoding.Utf8)
            {
                return Hand(_raw.AsSpan(0, _end), ref _start, utf8.Span);
            }

            await DecodeAsync(cancellationToken).ConfigureAwait(false);
        }

        return 0;
    }

    public ValueTask DisposeAsync()
    {
        Array.Clear(_raw);
        Array.Clear(_decoded);
        _lines.Forget();
        return stream.DisposeAsync();
    }

    private static int Hand(ReadOnlySpan<byte> from, ref int start, Span<byte> to)
    {
        var count = Math.Min(from.Length - start, to.Length);
        from.Slice(start, count).CopyTo(to);
        start += count;
        return count;
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _started = true;

        await FillAsync(ForeignFile.HeadBytes, cancellationToken).ConfigureAwait(false);
        var head = _raw.AsSpan(0, Math.Min(_end, ForeignFile.HeadBytes));
        if (head.StartsWith("\uFEFF"u8))
        {
            Encoding = TextEncoding.Utf8;
            _start = 3;
        }
        else if (head.StartsWith((ReadOnlySpan<byte>)[0x84, 0x31, 0x95, 0x33]))
        {
            Encoding = TextEncoding.Gb18030;
            _start = 4;
        }

        Fault = ForeignFile.Describe(head[_start..], isTable);
    }

    private int PlainLength()
    {
        var length = _raw.AsSpan(_start, _end - _start).IndexOfAnyInRange((byte)0x80, (byte)0xFF);
        return length < 0 ? _end - _start : length;
    }

    // Whole lines alone, for a character must not be cut. A line that fills the buffer is longer than any row may be, and refused however it is cut.
    private async ValueTask DecodeAsync(CancellationToken cancellationToken)
    {
        var length = LastLineEnd();
        while (length == 0 && _end - _start < SampleBytes && await FillAsync(_end - _start + 1, cancellationToken).ConfigureAwait(false))
        {
            length = LastLineEnd();
        }

        var lines = _raw.AsSpan(_start, length == 0 ? Math.Min(_end - _start, SampleBytes) : length);
        if (_decoded.Length < Gb18030Lines.LongestOutput(lines.Length))
        {
            _decoded = new byte[Gb18030Lines.LongestOutput(_raw.Length)];
        }

        (_decodedStart, _decodedEnd) = (0, _lines.Convert(lines, _decoded));
        _start += lines.Length;
    }

    private int LastLineEnd() => _raw.AsSpan(_start, _end - _start).LastIndexOfAny((byte)'\n', (byte)'\r') + 1;

    /// <summary>Reads until so many bytes are at hand, or the file ends; false when nothing came.</summary>
    private async ValueTask<bool> FillAsync(int bytes, CancellationToken cancellationToken)
    {
        _raw.AsSpan(_start, _end - _start).CopyTo(_raw);
        (_start, _end) = (0, _end - _start);
        var before = _end;
        while (!_ended && _end < bytes)
        {
            var count = await stream.ReadAsync(_raw.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            _ended = count == 0;
            _end += count;
            BytesRead += count;
        }

        return _end > before;
    }
}

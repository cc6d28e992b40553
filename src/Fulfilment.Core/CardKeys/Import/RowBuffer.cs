namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// The part of the file in memory, always one piece, and the number of the line at its front. Larger than
/// the longest row, so a row never has to be put together from pieces.
/// </summary>
internal sealed class RowBuffer(ITextSource source, int maxRowBytes) : IAsyncDisposable
{
    // Not from a pool: the next user of a pooled array would hold plain-text secrets.
    private readonly byte[] _bytes = new byte[Math.Max(4 * maxRowBytes, 4096)];
    private int _start;
    private int _end;
    private bool _sourceEnded;

    public long Line { get; private set; } = 1;

    /// <summary>
    /// What the next row may be made of. Never more than the longest row, also when more is there: whether
    /// a row is too long must not depend on how the file was cut into packets.
    /// </summary>
    public ReadOnlySpan<byte> Window => _bytes.AsSpan(_start, Math.Min(_end - _start, maxRowBytes));

    /// <summary>Whether the file ends inside the window.</summary>
    public bool WindowIsLast => _sourceEnded && _end - _start < maxRowBytes;

    public bool WindowIsFull => _end - _start >= maxRowBytes;

    public void Consume(int bytes, int lines)
    {
        _start += bytes;
        Line += lines;
    }

    /// <summary>Drops the rest of the line at the front; false when its end has not arrived yet.</summary>
    public bool TrySkipLine()
    {
        var rest = _bytes.AsSpan(_start, _end - _start);
        var length = LineBreak.IndexIn(rest);
        var breakLength = length < 0 ? 0 : LineBreak.LengthAt(rest, length, _sourceEnded);
        if (breakLength > 0)
        {
            Consume(length + breakLength, 1);
            return true;
        }

        // A carriage return at the very end stays, for the line feed that may follow it.
        Consume(length < 0 ? rest.Length : length, 0);
        return _sourceEnded;
    }

    /// <summary>
    /// Reads until twice as much is there as before: a row that trickles in byte by byte is then looked at a
    /// few times and not once per byte. False when the file has ended.
    /// </summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_sourceEnded)
            return false;

        _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
        _end -= _start;
        _start = 0;

        var enough = Math.Min(2 * _end, maxRowBytes);
        do
        {
            var count = await source.ReadAsync(_bytes.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            _sourceEnded = count == 0;
            _end += count;
        }
        while (!_sourceEnded && _end < enough);

        // The end is news too: a last row without a line break is complete only now.
        return true;
    }

    public long BytesRead => source.BytesRead;

    public TextEncoding? Encoding => source.Encoding;

    public string? Fault => source.Fault;

    public ValueTask DisposeAsync()
    {
        Array.Clear(_bytes);
        return source.DisposeAsync();
    }
}

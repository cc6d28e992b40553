namespace Fulfilment.Core.CardKeys.Import;

/// <summary>
/// What the readers of text formats share: the buffer, the lines, and going on after a row without a usable
/// end. Such a row spoils the one physical line it starts on; the next line is a row again.
/// </summary>
public abstract class TextRowReader : ICardKeyRowReader
{
    internal const int MaxRowBytes = 64 * 1024;

    private readonly RowBuffer _buffer;
    private bool _skippingLine;

    private protected TextRowReader(ITextSource source, int maxRowBytes) => _buffer = new RowBuffer(source, maxRowBytes);

    /// <inheritdoc/>
    public long BytesRead => _buffer.BytesRead;

    /// <inheritdoc/>
    public string? Fault => _buffer.Fault;

    /// <inheritdoc/>
    public virtual FileUnderstanding Understanding => new(FileUnderstanding.NameOf(_buffer.Encoding));

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(CardKeyRowBlock block, CancellationToken cancellationToken)
    {
        block.Clear();
        while (!ReadBuffered(block) && await _buffer.FillAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return block.Count > 0;
    }

    /// <summary>Closes the source and forgets what was read.</summary>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        ForgetText();
        return _buffer.DisposeAsync();
    }

    /// <summary>Wipes what the format keeps of the file's text.</summary>
    private protected abstract void ForgetText();

    /// <summary>
    /// Takes one row off the front of the window and adds it, or its fault, to the block; nothing is added
    /// for a blank one.
    /// </summary>
    /// <param name="window">Starts with a row; not empty.</param>
    /// <param name="windowIsLast">The file ends with the window.</param>
    /// <param name="line">Where the row starts.</param>
    /// <param name="block">Has room for one more.</param>
    private protected abstract RowStep ReadRow(
        ReadOnlySpan<byte> window, bool windowIsLast, long line, CardKeyRowBlock block);

    /// <summary>False when more of the file is needed.</summary>
    private bool ReadBuffered(CardKeyRowBlock block)
    {
        while (!block.IsFull)
        {
            if (_skippingLine && !_buffer.TrySkipLine())
                return false;
            _skippingLine = false;

            var window = _buffer.Window;
            if (window.IsEmpty)
                return false;

            var step = ReadRow(window, _buffer.WindowIsLast, _buffer.Line, block);
            if (step.Bytes > 0)
            {
                _buffer.Consume(step.Bytes, step.Lines);
                continue;
            }

            var fault = step.Fault;
            if (fault is null)
            {
                if (!_buffer.WindowIsFull)
                    return false;
                // Only a quote can carry a row past a line break; one that is cut by the limit does not count.
                fault = LineBreak.IndexIn(window[..^1]) < 0 ? RowError.RowTooLong : RowError.BadQuote;
            }

            block.Add(new BadCardKeyRow(_buffer.Line, fault.Value));
            _skippingLine = true;
        }

        return true;
    }
}

/// <summary>How far a row went.</summary>
internal readonly record struct RowStep
{
    /// <summary>Length of the row with its line break; 0 when its end is not known.</summary>
    public int Bytes { get; private init; }

    /// <summary>Physical lines it covers.</summary>
    public int Lines { get; private init; }

    /// <summary>Set when the row has no usable end.</summary>
    public RowError? Fault { get; private init; }

    /// <summary>The end of the row is not in the window.</summary>
    public static RowStep Unfinished => default;

    public static RowStep Taken(int bytes, int lines) => new() { Bytes = bytes, Lines = lines };

    /// <summary>Where the row ends cannot be said: its first line is given up.</summary>
    public static RowStep Spoilt(RowError fault) => new() { Fault = fault };
}

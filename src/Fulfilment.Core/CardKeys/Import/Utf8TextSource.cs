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

    /// <summary>At least one byte, or 0 at the end.</summary>
    ValueTask<int> ReadAsync(Memory<byte> utf8, CancellationToken cancellationToken);
}

/// <summary>A file that is UTF-8 already: only the byte order mark is taken off.</summary>
internal sealed class Utf8TextSource(Stream stream) : ITextSource
{
    private bool _started;

    public long BytesRead { get; private set; }

    public async ValueTask<int> ReadAsync(Memory<byte> utf8, CancellationToken cancellationToken)
    {
        if (!_started)
            return await StartAsync(utf8, cancellationToken).ConfigureAwait(false);

        var count = await stream.ReadAsync(utf8, cancellationToken).ConfigureAwait(false);
        BytesRead += count;
        return count;
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async ValueTask<int> StartAsync(Memory<byte> utf8, CancellationToken cancellationToken)
    {
        _started = true;
        // The mark may arrive in pieces.
        var count = await stream.ReadAtLeastAsync(utf8, 3, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        BytesRead += count;

        if (!utf8.Span[..count].StartsWith("\uFEFF"u8))
            return count;
        if (count == 3)
            return await ReadAsync(utf8, cancellationToken).ConfigureAwait(false);
        utf8.Span[3..count].CopyTo(utf8.Span);
        return count - 3;
    }
}

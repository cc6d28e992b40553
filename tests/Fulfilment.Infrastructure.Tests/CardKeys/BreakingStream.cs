namespace Fulfilment.Infrastructure.Tests.CardKeys;

/// <summary>An upload whose connection breaks, or goes silent, after so many bytes. Blank lines come first: without them its format would not be known yet.</summary>
internal sealed class BreakingStream(byte[] content, int length, bool goesSilent = false)
    : MemoryStream(AfterBlankLines(content), 0, HeadBytes + length)
{
    /// <summary>So many bytes an import reads before it begins.</summary>
    public const int HeadBytes = 512;

    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when everything that came has been read.</summary>
    public Task Silent => _silent.Task;

    public static byte[] AfterBlankLines(byte[] content) => [.. Enumerable.Repeat((byte)'\n', HeadBytes), .. content];

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        if (count == 0 && goesSilent)
        {
            _silent.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return count > 0 ? count : throw new IOException("The connection broke.");
    }
}

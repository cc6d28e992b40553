namespace Fulfilment.Infrastructure.Tests.CardKeys;

/// <summary>An upload whose connection breaks, or goes silent, after so many bytes.</summary>
internal sealed class BreakingStream(byte[] content, int length, bool goesSilent = false) : MemoryStream(content, 0, length)
{
    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when everything that came has been read.</summary>
    public Task Silent => _silent.Task;

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

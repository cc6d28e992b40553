namespace Fulfilment.Core.Checks;

/// <summary>Lets long work give way to everything else: after each piece it rests for a multiple of what the piece took.</summary>
/// <param name="time">The clock.</param>
/// <param name="rest">So many times as long: 3 leaves three quarters of a core, and of the disk, alone.</param>
public sealed class Pace(TimeProvider time, double rest = 3)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    /// <summary>A piece, and the rest after it.</summary>
    public async Task RunAsync(Func<Task> piece, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(piece);
        cancellation.ThrowIfCancellationRequested();
        var begun = time.GetTimestamp();
        await piece().ConfigureAwait(false);
        var pause = time.GetElapsedTime(begun) * rest;
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause < LongestRest ? pause : LongestRest, time, cancellation).ConfigureAwait(false);
        }
    }
}

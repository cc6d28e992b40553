using System.Data.Common;
using Fulfilment.Core.Sandbox;

namespace Fulfilment.Host;

/// <summary>Deletes sandbox orders that are a month old, in small pieces that give way to orders.</summary>
internal sealed partial class SandboxWatch(ISandboxStore store, TimeProvider time, ILogger<SandboxWatch> log)
{
    /// <summary>How long a sandbox order is there; docs/api.md says so.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private const int Piece = 200;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await DeleteOldAsync(stopping);
            }
            catch (DbException exception)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task DeleteOldAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && await store.DeleteBeforeAsync(time.GetUtcNow() - Kept, Piece) == Piece)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old sandbox orders could not be deleted; they are tried again in an hour.")]
    private partial void LogFailed(Exception exception);
}

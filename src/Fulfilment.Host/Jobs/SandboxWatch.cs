using Fulfilment.Core.Sandbox;

namespace Fulfilment.Host.Jobs;

/// <summary>Deletes sandbox orders that are a month old, in small pieces that give way to orders.</summary>
internal sealed class SandboxWatch(ISandboxStore store, TimeProvider time) : IRecurringJob
{
    /// <summary>How long a sandbox order is there; docs/api.md says so.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private const int Piece = 200;

    public string Name => "sandbox";

    public TimeSpan Interval => TimeSpan.FromHours(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && await store.DeleteBeforeAsync(time.GetUtcNow() - Kept, Piece) == Piece)
        {
        }
    }
}

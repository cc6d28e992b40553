namespace Fulfilment.Core.Sandbox;

/// <summary>Deletes sandbox orders that are a month old, in small pieces that give way to orders.</summary>
public sealed class ForgetSandboxOrders(ISandboxStore store, TimeProvider time)
{
    /// <summary>How long a sandbox order is there; docs/api.md says so.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private const int Piece = 200;

    /// <summary>Tells how many went.</summary>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        var (before, all) = (time.GetUtcNow() - Kept, 0L);
        int piece;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            all += piece = await store.DeleteBeforeAsync(before, Piece).ConfigureAwait(false);
        }
        while (piece == Piece);
        return all;
    }
}

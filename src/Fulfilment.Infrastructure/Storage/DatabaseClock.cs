using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The database's clock, where it has one of its own.</summary>
public sealed class DatabaseClock(IDatabase database, TimeProvider time) : ISharedClock
{
    private readonly LeaseClock _clock = LeaseClock.Of(database, time);

    /// <inheritdoc/>
    public async Task<TimeSpan?> AheadAsync(CancellationToken cancellation) =>
        await database.ReadAsync(_clock.AheadMsAsync, cancellation).ConfigureAwait(false) is { } ahead ? TimeSpan.FromMilliseconds(ahead) : null;
}

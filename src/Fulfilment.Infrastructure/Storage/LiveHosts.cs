using Dapper;
using Fulfilment.Core.Alerts;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The leases of the table <c>nodes</c> that have not ended.</summary>
public sealed class LiveHosts(IDatabase database, TimeProvider time) : ILiveHosts
{
    private readonly LeaseClock _clock = LeaseClock.Of(database, time);

    /// <inheritdoc/>
    public Task<IReadOnlySet<int>> NodesAsync(CancellationToken cancellation) => database.ReadAsync<IReadOnlySet<int>>(
        async connection =>
        {
            var now = await _clock.NowMsAsync(connection).ConfigureAwait(false);
            return (await connection.QueryAsync<int>("SELECT number FROM nodes WHERE lease_until > @now", new { now }).ConfigureAwait(false)).ToHashSet();
        },
        cancellation);
}

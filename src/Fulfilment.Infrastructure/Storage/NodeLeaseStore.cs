using Dapper;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Leases of node numbers in the table <c>nodes</c>.</summary>
public sealed class NodeLeaseStore(IDatabase database, TimeProvider time)
{
    /// <summary>How long a lease lasts; long enough to outlive any stall of the writer.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    /// <summary>Takes the lowest free number. Ids start where its last holder's lease ended, so none is made twice.</summary>
    public async Task<NodeLease> AcquireAsync(string token)
    {
        var (deadline, now, until) = Clock();
        return await database.WriteAsync(async connection =>
        {
            var rows = (await connection.QueryAsync<(int Number, long LeaseUntil)>("SELECT number, lease_until FROM nodes ORDER BY number").ConfigureAwait(false)).ToDictionary(row => row.Number, row => row.LeaseUntil);
            for (var number = 0; number <= IdGenerator.LargestNode; number++)
            {
                var ended = rows.GetValueOrDefault(number);
                if (ended > now)
                {
                    continue;
                }

                await connection.ExecuteAsync("""
                    INSERT INTO nodes (number, token, lease_until) VALUES (@number, @token, @until)
                    ON CONFLICT (number) DO UPDATE SET token = @token, lease_until = @until
                    """, new { number, token, until }).ConfigureAwait(false);
                return new NodeLease(number, ended, until, deadline);
            }

            throw new InvalidOperationException("Every node number is leased. Stop hosts or commands that hang, or wait a minute for their leases to end.");
        }).ConfigureAwait(false);
    }

    /// <summary>The same lease, longer; null when it has ended or somebody else holds the number.</summary>
    public async Task<NodeLease?> RenewAsync(NodeLease lease, string token)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var (deadline, now, until) = Clock();
        var renewed = await database.WriteAsync(connection => connection.ExecuteAsync(
            "UPDATE nodes SET lease_until = max(lease_until, @until) WHERE number = @number AND token = @token AND lease_until > @now",
            new { until, number = lease.Node, token, now })).ConfigureAwait(false);
        return renewed == 1 ? lease with { UntilMs = Math.Max(until, lease.UntilMs), DeadlineTimestamp = deadline } : null;
    }

    /// <summary>Gives the number back, free from <paramref name="madeUntilMs"/> on, before which every id made under the lease lies.</summary>
    public Task ReleaseAsync(NodeLease lease, string token, long madeUntilMs) => database.WriteAsync(connection => connection.ExecuteAsync(
        "UPDATE nodes SET lease_until = min(lease_until, @madeUntilMs) WHERE number = @number AND token = @token",
        new { madeUntilMs, number = lease.Node, token }));

    // The deadline is read before the times that go to the database: a pause in between then shortens the lease here, never there.
    private (long Deadline, long NowMs, long UntilMs) Clock()
    {
        var deadline = time.GetTimestamp() + (long)(Duration.TotalSeconds * time.TimestampFrequency);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return (deadline, now, now + (long)Duration.TotalMilliseconds);
    }
}

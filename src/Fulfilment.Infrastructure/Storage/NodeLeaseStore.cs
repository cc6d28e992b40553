using System.Data.Common;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage.Encryption;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Leases of node numbers in the table <c>nodes</c>.</summary>
/// <param name="database">Where they are.</param>
/// <param name="time">The node's clock, and that of leases where the database has none.</param>
/// <param name="keys">What the process says of its keys; none: it encrypts nothing, or not by this engine.</param>
public sealed class NodeLeaseStore(IDatabase database, TimeProvider time, CurrentKeys? keys = null)
{
    /// <summary>How long a lease lasts; long enough to outlive any stall of the writer.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    private readonly LeaseClock _clock = LeaseClock.Of(database, time);

    private const string ThisHasKeys = "encryption_keys = @loaded, encryption_active = @active";

    /// <summary>
    /// Takes the lowest free number. Ids start where its last holder's lease ended, and after those of a database that was restored, so none is
    /// made twice. Throws when the node's clock is off, and when the process lacks the encryption key that is active: it became so before this process was alive to be asked.
    /// </summary>
    public async Task<NodeLease> AcquireAsync(string token)
    {
        var deadline = Deadline();
        return await database.WriteAsync(async connection =>
        {
            var now = await _clock.NowMsAsync(connection).ConfigureAwait(false);
            var until = now + (long)Duration.TotalMilliseconds;
            await RequireActiveKeyAsync(connection).ConfigureAwait(false);
            var floor = await connection.ExecuteScalarAsync<long?>("SELECT value FROM settings WHERE name = 'ids-not-before'").ConfigureAwait(false) ?? 0;
            var (loaded, active) = Keys;
            var rows = (await connection.QueryAsync<(long Number, long LeaseUntil)>("SELECT number, lease_until FROM nodes ORDER BY number").ConfigureAwait(false)).ToDictionary(row => row.Number, row => row.LeaseUntil);
            for (var number = 0; number <= IdGenerator.LargestNode; number++)
            {
                var ended = rows.GetValueOrDefault(number);
                if (ended > now)
                {
                    continue;
                }

                var row = new { number, token, until, loaded, active };
                if (await connection.ExecuteAsync($"UPDATE nodes SET token = @token, lease_until = @until, {ThisHasKeys} WHERE number = @number", row).ConfigureAwait(false) == 0)
                {
                    await connection.ExecuteAsync(
                        "INSERT INTO nodes (number, token, lease_until, encryption_keys, encryption_active) VALUES (@number, @token, @until, @loaded, @active)", row).ConfigureAwait(false);
                }

                return new NodeLease(number, Math.Max(ended, floor), until, deadline);
            }

            throw new InvalidOperationException("Every node number is leased. Stop hosts or commands that hang, or wait a minute for their leases to end.");
        }).ConfigureAwait(false);
    }

    /// <summary>The same lease, longer; null when it has ended or somebody else holds the number.</summary>
    public async Task<NodeLease?> RenewAsync(NodeLease lease, string token)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var deadline = Deadline();
        var (renewed, until) = await database.WriteAsync(async connection =>
        {
            var now = await _clock.NowMsAsync(connection).ConfigureAwait(false);
            var end = now + (long)Duration.TotalMilliseconds;
            var (loaded, active) = Keys;
            var rows = await connection.ExecuteAsync(
                $"UPDATE nodes SET lease_until = CASE WHEN lease_until > @end THEN lease_until ELSE @end END, {ThisHasKeys} WHERE number = @number AND token = @token AND lease_until > @now",
                new { end, number = lease.Node, token, now, loaded, active }).ConfigureAwait(false);
            return (rows, end);
        }).ConfigureAwait(false);
        return renewed == 1 ? lease with { UntilMs = Math.Max(until, lease.UntilMs), DeadlineTimestamp = deadline } : null;
    }

    /// <summary>Gives the number back, free from <paramref name="madeUntilMs"/> on, before which every id made under the lease lies.</summary>
    public Task ReleaseAsync(NodeLease lease, string token, long madeUntilMs) => database.WriteAsync(connection => connection.ExecuteAsync(
        "UPDATE nodes SET lease_until = @madeUntilMs WHERE number = @number AND token = @token AND lease_until > @madeUntilMs",
        new { madeUntilMs, number = lease.Node, token }));

    private (string Loaded, byte Active) Keys =>
        keys is { AreLoaded: true } ? (LoadedKeys.Format(keys.Ring), keys.Ring.ActiveEncryptionId) : ("", (byte)0);

    private async Task RequireActiveKeyAsync(DbConnection connection)
    {
        if (keys is { AreLoaded: true } && await EncryptionKeyStore.ReadActiveAsync(connection).ConfigureAwait(false) is { } active
            && !keys.Ring.Encryption.ContainsKey(active))
        {
            throw new InvalidOperationException($"This process has not loaded encryption key {active}, which is active. Give it that key and start it again.");
        }
    }

    // Read before the times that go to the database: a pause in between then shortens the lease here, never there.
    private long Deadline() => time.GetTimestamp() + (long)(Duration.TotalSeconds * time.TimestampFrequency);
}

using System.Data.Common;
using Dapper;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>reveal_hours</c>.</summary>
public sealed class RevealCounts(IDatabase database, IdGenerator ids, TimeProvider time) : IRevealCounts
{
    internal const string Pattern = "SELECT codes FROM reveal_hours WHERE actor = @Actor AND key_id = @KeyId AND hour < @Hour AND hour >= @fromHour";

    internal const string Busy = "SELECT hour, actor, key_id, codes FROM reveal_hours WHERE hour >= @fromHour AND codes >= @codes AND alerted = 0";

    internal const string InRange = "SELECT actor, key_id, reveals, codes FROM reveal_hours WHERE hour >= @fromHour AND hour < @beforeHour";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RevealSum>> SumAsync(long fromHour, long beforeHour, CancellationToken cancellation)
    {
        var sums = await database.ReadAsync(connection => connection.QueryAsync<(string Actor, long KeyId, long Reveals, long Codes)>(
            $"SELECT actor, key_id, sum(reveals), sum(codes) FROM ({InRange}) AS hours GROUP BY actor, key_id", new { fromHour, beforeHour }), cancellation).ConfigureAwait(false);
        return [.. sums.Select(sum => new RevealSum(sum.Actor, sum.KeyId, sum.Reveals, sum.Codes)).OrderByDescending(sum => sum.Codes).ThenBy(sum => sum.Actor, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RevealHour>> FindBusyAsync(long fromHour, long codes, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<(long Hour, string Actor, long KeyId, long Codes)>(Busy, new { fromHour, codes }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new RevealHour(row.Hour, row.Actor, row.KeyId, row.Codes))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> PatternAsync(RevealHour of, long fromHour, CancellationToken cancellation) =>
        [.. await database.ReadAsync(connection => connection.QueryAsync<long>(Pattern, new { of.Actor, of.KeyId, of.Hour, fromHour }), cancellation).ConfigureAwait(false)];

    /// <inheritdoc/>
    public Task<bool> AlertOnceAsync(RevealHour hour, NewAlert alert) => database.WriteAsync(async connection =>
    {
        var first = await connection.ExecuteAsync(
            "UPDATE reveal_hours SET alerted = 1 WHERE hour = @Hour AND actor = @Actor AND key_id = @KeyId AND alerted = 0",
            new { hour.Hour, hour.Actor, hour.KeyId }).ConfigureAwait(false);
        if (first == 0)
        {
            return false;
        }

        await AlertStore.RaiseAsync(connection, alert, ids.Next(), time.GetUtcNow()).ConfigureAwait(false);
        return true;
    });

    /// <summary>For the audit: counts a reveal in the transaction of its entry.</summary>
    internal static async Task AddAsync(DbConnection connection, AuditEntry entry)
    {
        var reveal = new { hour = WatchReveals.HourOf(IdGenerator.TimeOf(entry.Id)), actor = entry.Actor.Name, key = entry.Actor.KeyId ?? 0, entry.CodesShown };
        var counted = await connection.ExecuteAsync(
            "UPDATE reveal_hours SET reveals = reveals + 1, codes = codes + @CodesShown WHERE hour = @hour AND actor = @actor AND key_id = @key", reveal).ConfigureAwait(false);
        if (counted == 0)
        {
            await connection.ExecuteAsync(
                "INSERT INTO reveal_hours (hour, actor, key_id, reveals, codes) VALUES (@hour, @actor, @key, 1, @CodesShown)", reveal).ConfigureAwait(false);
        }
    }
}

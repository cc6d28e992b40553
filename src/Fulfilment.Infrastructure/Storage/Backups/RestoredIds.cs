using System.Data.Common;
using System.Globalization;
using Dapper;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage.Backups;

/// <summary>Ids after a restore. They carry the time, so what was given out after the backup lies before now, if the clock is right.</summary>
public sealed class RestoredIds(IDatabase database, TimeProvider time)
{
    /// <summary>Each a look at the end of a table.</summary>
    internal const string LastIdSql = """
        SELECT max(id) FROM (
            SELECT max(id) AS id FROM orders UNION ALL SELECT max(id) FROM audit_entries UNION ALL SELECT max(id) FROM outbox
            UNION ALL SELECT max(id) FROM transfers UNION ALL SELECT max(id) FROM batches UNION ALL SELECT max(id) FROM card_keys) AS ids
        """;

    /// <summary>Lets all nodes begin anew from this moment.</summary>
    /// <returns>The time of the last record.</returns>
    /// <exception cref="BackupException">Somebody uses the database, or the clock stands before its last record.</exception>
    public Task<DateTimeOffset> SetFloorAsync() => database.WriteAsync(async connection =>
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var lease = await connection.ExecuteScalarAsync<long?>("SELECT max(lease_until) FROM nodes").ConfigureAwait(false) ?? 0;
        if (lease > now)
        {
            throw new BackupException($"A host or a command may be alive: its lease ends at {Text(lease)}. Stop it, or wait until then if it was killed.");
        }

        var last = await LastAsync(connection).ConfigureAwait(false);
        if (last > now)
        {
            throw new BackupException($"This machine's clock says {Text(now)}, before the last record at {Text(last)}. Set the clock: ids carry the time and must never be given twice.");
        }

        await connection.ExecuteAsync("DELETE FROM nodes").ConfigureAwait(false);
        await connection.ExecuteAsync("DELETE FROM settings WHERE name = 'ids-not-before'").ConfigureAwait(false);
        await connection.ExecuteAsync(
            "INSERT INTO settings (name, value) VALUES ('ids-not-before', @floor)", new { floor = now.ToString(CultureInfo.InvariantCulture) }).ConfigureAwait(false);
        return DateTimeOffset.FromUnixTimeMilliseconds(last);
    });

    private static async Task<long> LastAsync(DbConnection connection)
    {
        var last = await connection.ExecuteScalarAsync<long?>(LastIdSql).ConfigureAwait(false) ?? 0;
        return last == 0 ? 0 : IdGenerator.TimeOf(last).ToUnixTimeMilliseconds() + 1;
    }

    private static string Text(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

using System.Data.Common;
using System.Globalization;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.Backups;

/// <summary>Backups that <c>host backup</c> made.</summary>
public sealed class SqliteBackupRecord(IDatabase database) : IBackupRecord
{
    /// <inheritdoc/>
    public Task<LastBackup?> FindAsync(CancellationToken cancellation) => database.ReadAsync(async connection =>
    {
        if (await connection.QuerySingleOrDefaultAsync<string>("SELECT value FROM settings WHERE name = 'last-backup-at'").ConfigureAwait(false) is { } at)
        {
            return new LastBackup(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(at, CultureInfo.InvariantCulture)), IsThere: true);
        }

        return await NoneSinceAsync(connection).ConfigureAwait(false);
    }, cancellation);

    /// <summary>There is no backup: what would be lost begins with the first order.</summary>
    internal static async Task<LastBackup?> NoneSinceAsync(DbConnection connection) =>
        await connection.ExecuteScalarAsync<long?>("SELECT min(id) FROM orders").ConfigureAwait(false) is { } first
            ? new LastBackup(IdGenerator.TimeOf(first), IsThere: false)
            : null;
}

using System.Globalization;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.Backups;

/// <summary>Backups that <c>host backup</c> made. SQL Server's own are its administrator's to watch: a login of the engine need not see them.</summary>
public sealed class SqliteBackupRecord(IDatabase database) : IBackupRecord
{
    /// <inheritdoc/>
    public Task<LastBackup?> FindAsync(CancellationToken cancellation) => database.ReadAsync(async connection =>
    {
        if (await connection.QuerySingleOrDefaultAsync<string>("SELECT value FROM settings WHERE name = 'last-backup-at'").ConfigureAwait(false) is { } at)
        {
            return new LastBackup(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(at, CultureInfo.InvariantCulture)), IsThere: true);
        }

        return await connection.ExecuteScalarAsync<long?>("SELECT min(id) FROM orders").ConfigureAwait(false) is { } first
            ? new LastBackup(IdGenerator.TimeOf(first), IsThere: false)
            : null;
    }, cancellation);
}

/// <summary>Where backups are made by the server itself.</summary>
public sealed class ForeignBackupRecord : IBackupRecord
{
    /// <inheritdoc/>
    public Task<LastBackup?> FindAsync(CancellationToken cancellation) => Task.FromResult<LastBackup?>(null);
}

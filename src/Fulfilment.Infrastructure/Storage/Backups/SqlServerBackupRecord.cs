using System.Data.Common;
using Dapper;
using Fulfilment.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Storage.Backups;

/// <summary>Backups that the server remembers in <c>msdb</c>, full and differential ones. Where the engine's login may not read that, nothing is known of them.</summary>
public sealed partial class SqlServerBackupRecord(IDatabase database, TimeProvider time, ILogger<SqlServerBackupRecord> log) : IBackupRecord
{
    private int _said;

    /// <inheritdoc/>
    public async Task<LastBackup?> FindAsync(CancellationToken cancellation)
    {
        try
        {
            return await database.ReadAsync(FindAsync, cancellation).ConfigureAwait(false);
        }
        catch (DbException exception)
        {
            if (Interlocked.Exchange(ref _said, 1) == 0)
            {
                LogUnknown(exception.Message);
            }

            return null;
        }
    }

    // The server writes its local time there, so it is asked for the age.
    private async Task<LastBackup?> FindAsync(DbConnection connection) =>
        await connection.ExecuteScalarAsync<long?>("""
            SELECT DATEDIFF_BIG(second, max(backup_finish_date), SYSDATETIME()) FROM msdb.dbo.backupset
            WHERE database_name = DB_NAME() AND type IN ('D', 'I')
            """).ConfigureAwait(false) is { } age
            ? new LastBackup(time.GetUtcNow().AddSeconds(-age), IsThere: true)
            : await SqliteBackupRecord.NoneSinceAsync(connection).ConfigureAwait(false);

    [LoggerMessage(1, LogLevel.Warning, "How old the last backup is cannot be read from msdb, so nobody is told when it is too old: {Reason}")]
    private partial void LogUnknown(string reason);
}

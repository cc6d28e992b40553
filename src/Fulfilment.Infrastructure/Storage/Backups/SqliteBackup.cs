using System.Globalization;
using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Backups;

/// <summary>
/// Copies the database as it is at one moment into a file, while hosts go on writing. Meanwhile the write-ahead log cannot be started over, so
/// it grows by what is written during the copy; page for page is the quickest way, and keeps that short.
/// </summary>
public sealed class SqliteBackup(SqliteDatabase database, TimeProvider time)
{
    /// <summary>The file appears under its name only once it was read back, found sound and synced.</summary>
    /// <param name="to">Must not be there.</param>
    /// <param name="audit">Written once the backup is there.</param>
    /// <exception cref="BackupException">It is there, or what was written is not sound.</exception>
    public async Task<BackupReport> RunAsync(string to, AuditEntry audit)
    {
        var path = Path.GetFullPath(to);
        var temporary = $"{path}.{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}.tmp";
        if (Path.Exists(path))
        {
            throw new BackupException($"{path} is there already. Choose another name; a backup never overwrites one.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new BackupException($"There is no folder {Path.GetDirectoryName(path)}. Make it, or choose another.");
        }

        var started = time.GetTimestamp();
        try
        {
            DurableFiles.CreatePrivate(temporary);
            var (takenAt, counts) = await CopyAsync(temporary).ConfigureAwait(false);
            Finish(temporary, takenAt, counts);
            if (!DurableFiles.TryPublish(temporary, path))
            {
                throw new BackupException($"{path} was made by somebody else meanwhile. Choose another name.");
            }

            await RememberAsync(takenAt, audit).ConfigureAwait(false);
            return new BackupReport(path, new FileInfo(path).Length, takenAt, counts.Orders, counts.CardKeys, time.GetElapsedTime(started));
        }
        finally
        {
            foreach (var rest in (string[])["", "-journal", "-wal", "-shm"])
            {
                File.Delete(temporary + rest);
            }
        }
    }

    private Task<(DateTimeOffset TakenAt, Counts Counts)> CopyAsync(string temporary) => database.ReadSnapshotAsync(async connection =>
    {
        // The first query fixes the moment; counts and copy are both of it.
        var takenAt = time.GetUtcNow();
        var counts = await CountAsync((SqliteConnection)connection).ConfigureAwait(false);
        using var copy = Open(temporary);
        copy.Execute("PRAGMA synchronous = OFF");
        ((SqliteConnection)connection).BackupDatabase(copy);
        return (takenAt, counts);
    });

    // One file that needs no log beside it, and says itself when it was taken.
    private static void Finish(string temporary, DateTimeOffset takenAt, Counts expected)
    {
        using var copy = Open(temporary);
        copy.Execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE");
        copy.Execute("DELETE FROM settings WHERE name = 'backup-taken-at'");
        copy.Execute("INSERT INTO settings (name, value) VALUES ('backup-taken-at', @at)", new { at = Text(takenAt) });
        if (copy.ExecuteScalar<string>("PRAGMA quick_check(1)") is not "ok" and var fault)
        {
            throw new BackupException($"What was written is not sound ({fault}); nothing was kept. Check the disk, and the database with custody verify.");
        }

        if (CountAsync(copy).GetAwaiter().GetResult() is var counted && counted != expected)
        {
            throw new BackupException($"The copy has {counted.Orders} orders and {counted.CardKeys} card keys instead of {expected.Orders} and {expected.CardKeys}; nothing was kept.");
        }
    }

    private Task<int> RememberAsync(DateTimeOffset takenAt, AuditEntry audit) => database.WriteAsync(async connection =>
    {
        await connection.ExecuteAsync("DELETE FROM settings WHERE name = 'last-backup-at'").ConfigureAwait(false);
        await connection.ExecuteAsync("INSERT INTO settings (name, value) VALUES ('last-backup-at', @at)", new { at = Text(takenAt) }).ConfigureAwait(false);
        await AuditStore.AppendAsync(connection, audit).ConfigureAwait(false);
        return 0;
    });

    private static string Text(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static async Task<Counts> CountAsync(SqliteConnection connection) => new(
        await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM orders").ConfigureAwait(false),
        await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM card_keys").ConfigureAwait(false),
        await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM custody_entries").ConfigureAwait(false),
        await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM transfers").ConfigureAwait(false));

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private readonly record struct Counts(long Orders, long CardKeys, long CustodyEntries, long Transfers);
}

/// <summary>A backup that was made.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="TakenAt">The moment it shows.</param>
/// <param name="Orders">Orders in it.</param>
/// <param name="CardKeys">Card keys in it.</param>
/// <param name="Took">How long it took.</param>
public sealed record BackupReport(string Path, long Bytes, DateTimeOffset TakenAt, long Orders, long CardKeys, TimeSpan Took);

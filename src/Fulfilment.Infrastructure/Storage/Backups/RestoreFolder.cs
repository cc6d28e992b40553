using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Backups;

/// <summary>
/// The files of a restore: a copy of the backup is made and worked on in a folder of its own inside the storage folder, and only the finished
/// database takes its place, in one step. Whatever happens before, the storage folder is as it was. Nobody else uses it meanwhile.
/// </summary>
public sealed class RestoreFolder : IDisposable
{
    private const string WorkPrefix = ".restoring-";
    private const int NotADatabase = 26;
    private const int Corrupt = 11;

    private readonly string _target;
    private readonly StorageLock _lock;
    private readonly TimeProvider _time;
    private bool _oldIsBroken;
    private long _idsNotBefore;

    private RestoreFolder(string target, StorageLock @lock, TimeProvider time)
    {
        (_target, _lock, _time) = (target, @lock, time);
        Work = Path.Combine(target, WorkPrefix + RandomNumberGenerator.GetHexString(12, lowercase: true));
    }

    /// <summary>The folder of the copy.</summary>
    public string Work { get; }

    private string Database => Path.Combine(_target, SqliteDatabase.FileName);

    private string Copy => Path.Combine(Work, SqliteDatabase.FileName);

    /// <summary>Keeps everybody else out of the folder, and clears away what a restore that died has left.</summary>
    /// <exception cref="BackupException">Somebody uses the folder, or it has a database and that is not to be replaced.</exception>
    public static RestoreFolder Open(string target, bool replace, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var folder = Path.GetFullPath(target);
        DurableFiles.CreateFolder(folder);
        var taken = StorageLock.TryTakeAlone(folder)
            ?? throw new BackupException($"A host or a command uses {folder}. Stop it first; a restore needs the folder for itself.");
        var restore = new RestoreFolder(folder, taken, time);
        try
        {
            foreach (var left in Directory.EnumerateDirectories(folder, WorkPrefix + "*"))
            {
                Directory.Delete(left, recursive: true);
            }

            if (File.Exists(restore.Database))
            {
                restore.LookAtOld(replace);
            }

            return restore;
        }
        catch
        {
            restore.Dispose();
            throw;
        }
    }

    /// <summary>Copies the backup and makes sure that it is sound and of a version this one knows.</summary>
    /// <exception cref="BackupException">It is not.</exception>
    public BackupContent CopyIn(string from)
    {
        var path = Path.GetFullPath(from);
        using var inUse = LockOf(path);
        Directory.CreateDirectory(Work);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Work, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        CopyFile(path, Copy);
        if (File.Exists(path + "-wal"))
        {
            // The file of a database that was switched off: its last transactions are in the log.
            CopyFile(path + "-wal", Copy + "-wal");
        }

        try
        {
            return Check(path);
        }
        catch (SqliteException exception)
        {
            throw new BackupException($"{path} is not a sound database of this engine: {exception.Message}", exception);
        }
    }

    /// <summary>Puts the copy into its place. An old database stays beside it under the name that is returned.</summary>
    public string? PutInPlace()
    {
        Seal();
        var stamp = _time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        var kept = $"{Database}.replaced-{stamp}";
        if (!File.Exists(Database))
        {
            MoveLogs(kept);
            File.Move(Copy, Database);
            DurableFiles.SyncFolder(_target);
            return null;
        }

        if (_oldIsBroken)
        {
            // A log that stays would be taken for the new database's.
            MoveLogs(kept);
        }
        else
        {
            TakeLogIn();
        }

        // The old file gets its second name first, and the new one then takes the first in one step.
        File.Replace(Copy, Database, kept);
        DurableFiles.SyncFolder(_target);
        return kept;
    }

    /// <summary>Lets others use the folder again.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Work))
        {
            Directory.Delete(Work, recursive: true);
        }

        _lock.Dispose();
    }

    private void LookAtOld(bool replace)
    {
        if (!replace)
        {
            throw new BackupException($"{_target} has a database. With --replace it is kept under another name and the backup takes its place.");
        }

        try
        {
            using var old = OpenFile(Database);
            var lease = old.ExecuteScalar<long?>("SELECT max(lease_until) FROM nodes") ?? 0;
            if (lease > Now)
            {
                throw new BackupException(
                    $"A host or a command may be alive: its lease on {_target} ends at {Text(lease)}. Stop it, or wait until then if it was killed.");
            }

            _idsNotBefore = Math.Max(lease, LastId(old));
        }
        catch (SqliteException broken) when (broken.SqliteErrorCode is NotADatabase or Corrupt || broken.Message.Contains("no such table", StringComparison.Ordinal))
        {
            // Which may be why it is to be replaced; no host could live on it.
            _oldIsBroken = true;
        }
    }

    private BackupContent Check(string path)
    {
        using var copy = OpenFile(Copy);
        var fault = copy.ExecuteScalar<string>("PRAGMA integrity_check(1)");
        if (fault != "ok")
        {
            throw new BackupException($"{path} is damaged: {fault}");
        }

        var unknown = copy.Query<string>("SELECT name FROM schema_migrations").Except(Migrator.KnownTo(SqliteDialect.Instance), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new BackupException($"{path} was made by a newer version of the engine ({string.Join(", ", unknown)}). Restore it with that version.");
        }

        var lastId = LastId(copy);
        _idsNotBefore = Math.Max(_idsNotBefore, lastId);
        if (_idsNotBefore > Now)
        {
            throw new BackupException($"This machine's clock says {Text(Now)}, before the last record at {Text(_idsNotBefore)}. Set the clock: ids carry the time and must never be given twice.");
        }

        var takenAt = copy.ExecuteScalar<string?>("SELECT value FROM settings WHERE name = 'backup-taken-at'") is { } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : lastId;
        return new BackupContent(
            DateTimeOffset.FromUnixTimeMilliseconds(takenAt),
            copy.ExecuteScalar<long>("SELECT count(*) FROM orders"),
            copy.ExecuteScalar<long>("SELECT count(*) FROM card_keys"));
    }

    // Ids that were given out after the backup carry times before now, if the clock is right; the floor holds also when it is set back later.
    private void Seal()
    {
        using (var copy = OpenFile(Copy))
        {
            var floor = Math.Max(Math.Max(_idsNotBefore, Now), LastId(copy));
            copy.Execute("DELETE FROM nodes; DELETE FROM settings WHERE name = 'ids-not-before'");
            copy.Execute("INSERT INTO settings (name, value) VALUES ('ids-not-before', @floor)", new { floor = floor.ToString(CultureInfo.InvariantCulture) });
            copy.Execute("PRAGMA journal_mode = DELETE");
        }

        DurableFiles.Sync(Copy);
    }

    // Leaves one file, with the same content: its log would otherwise be taken for the new database's.
    private void TakeLogIn()
    {
        using var old = OpenFile(Database);
        if (old.ExecuteScalar<string>("PRAGMA journal_mode = DELETE") != "delete")
        {
            throw new BackupException($"Something has {Database} open. Close it; a restore needs the folder for itself.");
        }
    }

    private void MoveLogs(string kept)
    {
        foreach (var log in (string[])["-wal", "-shm", "-journal"])
        {
            if (File.Exists(Database + log))
            {
                File.Move(Database + log, kept + log);
            }
        }
    }

    private static StorageLock? LockOf(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!File.Exists(path))
        {
            throw new BackupException($"There is no file {path}.");
        }

        if (Path.GetFileName(path) != SqliteDatabase.FileName || !File.Exists(Path.Combine(folder, StorageLock.FileName)))
        {
            return null;
        }

        return StorageLock.TryTakeAlone(folder)
            ?? throw new BackupException($"{path} is the database of a host or a command that runs. Make a backup of it with: backup --to FILE");
    }

    private static void CopyFile(string from, string to)
    {
        DurableFiles.CreatePrivate(to);
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var copy = new FileStream(to, FileMode.Open, FileAccess.Write);
        source.CopyTo(copy, 1 << 20);
    }

    private static long LastId(SqliteConnection database)
    {
        var last = database.ExecuteScalar<long?>(RestoredIds.LastIdSql) ?? 0;
        return last == 0 ? 0 : IdGenerator.TimeOf(last).ToUnixTimeMilliseconds() + 1;
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Text(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static SqliteConnection OpenFile(string file)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 }.ToString());
        connection.Open();
        connection.Execute("PRAGMA synchronous = FULL");
        return connection;
    }
}

/// <summary>What a backup holds.</summary>
/// <param name="TakenAt">The moment it shows; for a plain copy of the file, its last record's.</param>
/// <param name="Orders">Orders in it.</param>
/// <param name="CardKeys">Card keys in it.</param>
public sealed record BackupContent(DateTimeOffset TakenAt, long Orders, long CardKeys);

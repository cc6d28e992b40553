using System.Data.Common;
using Fulfilment.Core.Storage;
using Fulfilment.Infrastructure.Security;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>
/// One SQLite file in write-ahead mode. <c>synchronous=FULL</c>: a commit returns when the log is on disk, which is what lets an order be answered.
/// Readers have pooled connections of their own and never wait for the writer.
/// </summary>
public sealed class SqliteDatabase : IDatabase, IDisposable
{
    /// <summary>The file's name in the storage folder.</summary>
    public const string FileName = "fulfilment.db";

    private readonly StorageLock _lock;
    private readonly string _readConnectionString;
    private readonly string _checkpointConnectionString;
    private readonly SqliteWriter _writer;

    // Columns are named as in SQL, records as in C#: storefront_id is StorefrontId.
    static SqliteDatabase() => Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <param name="folder">Made if it is not there.</param>
    /// <param name="besideHost">Whether a host may be serving from the same folder; writes then leave gaps for it.</param>
    public SqliteDatabase(string folder, bool besideHost = false)
    {
        // SQLite syncs the names of its files into the folder, and nobody but us the folder's own.
        var file = Path.GetFullPath(Path.Combine(folder, FileName));
        DurableFiles.CreateFolder(Path.GetDirectoryName(file)!);
        _lock = StorageLock.Share(Path.GetDirectoryName(file)!);
        _readConnectionString = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly }.ToString();
        _checkpointConnectionString = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString();
        try
        {
            _writer = new SqliteWriter(OpenWriter(file), besideHost);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SqlDialect Dialect => SqliteDialect.Instance;

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        var connection = new SqliteConnection(_readConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return await work(connection).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => ReadAsync(
        async connection =>
        {
            // Deferred: it takes no lock a writer would wait for, and the first query fixes what all of them see.
            using var transaction = ((SqliteConnection)connection).BeginTransaction(deferred: true);
            using var inside = OpenTransaction.Enter();
            return await work(connection).ConfigureAwait(false);
        },
        cancellation);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) =>
        // Microsoft.Data.Sqlite completes every call before it returns, so nothing is waited for here.
        RunAsync(connection => work(connection).GetAwaiter().GetResult(), priority);

    /// <summary>Like <see cref="WriteAsync"/>, for the stores that use compiled statements.</summary>
    internal Task<T> RunAsync<T>(Func<SqliteConnection, T> work, WritePriority priority) => _writer.RunAsync(work, priority);

    /// <summary>
    /// Moves the log into the file and empties it, as far as nobody reads from it now; what is left goes with the next checkpoint. On a connection
    /// of its own: the writer goes on meanwhile.
    /// </summary>
    public async Task CheckpointAsync()
    {
        var connection = new SqliteConnection(_checkpointConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync().ConfigureAwait(false);
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA busy_timeout = 1000; PRAGMA wal_checkpoint(TRUNCATE);";
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        using var pooled = new SqliteConnection(_readConnectionString);
        SqliteConnection.ClearPool(pooled);
        _lock.Dispose();
    }

    private static SqliteWriterConnection OpenWriter(string file)
    {
        // SQLite would make a file that everybody can read; its log gets the mode of the file.
        DurableFiles.EnsurePrivate(file);
        var connection = new SqliteWriterConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        // What is kept compiled must not take the room from which SQLite serves the small pieces of every run; where that is full each of them is a malloc.
        _ = SQLitePCL.raw.sqlite3_db_config(connection.Handle!, SQLitePCL.raw.SQLITE_DBCONFIG_LOOKASIDE, IntPtr.Zero, 1200, 4_000);
        using var command = connection.CreateCommand();
        // What moves to another page, or is changed, leaves no copy in the free space of the page it was in: personal data can only be erased for good
        // where that was so from the beginning. Fast: it never writes a page for it.
        // The log is reset at 16 MB: a file that is written over again syncs several times faster than one that grows.
        command.CommandText = """
            PRAGMA busy_timeout = 30000;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA cache_size = -65536;
            PRAGMA temp_store = MEMORY;
            PRAGMA secure_delete = FAST;
            PRAGMA busy_timeout = 0;
            """;
        command.ExecuteNonQuery();
        return connection;
    }
}

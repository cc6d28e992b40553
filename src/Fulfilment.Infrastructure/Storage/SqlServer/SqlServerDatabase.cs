using System.Data.Common;
using Dapper;
using Microsoft.Data.SqlClient;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// A database of SQL Server 2019 or later, or Azure SQL. Readers see committed rows and wait for no writer (READ_COMMITTED_SNAPSHOT); a commit returns when
/// the log is on disk there.
/// </summary>
public sealed class SqlServerDatabase : IDatabase, IDisposable
{
    private readonly string _connectionString;
    private readonly SqlServerTransactions _transactions;

    // Columns are named as in SQL, records as in C#: storefront_id is StorefrontId.
    static SqlServerDatabase() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <param name="connectionString">For SqlClient. Encrypts the connection where it does not say otherwise, as SqlClient from 4.0 on does by itself.</param>
    /// <param name="repeats">Of what failed through no fault of its own.</param>
    /// <exception cref="ArgumentException">It is no connection string. The message may quote parts of it.</exception>
    public SqlServerDatabase(string connectionString, SqlServerRepeats repeats)
    {
        var builder = new SqlConnectionStringBuilder(connectionString) { Enlist = false };
        if (!builder.ShouldSerialize("Encrypt"))
        {
            builder["Encrypt"] = "True";
        }

        if (!builder.ShouldSerialize("Application Name"))
        {
            builder.ApplicationName = "Fulfilment";
        }

        Repeats = repeats;
        _connectionString = builder.ConnectionString;
        _transactions = new SqlServerTransactions(async () => new Session(await OpenAsync(default).ConfigureAwait(false)), repeats, SqlServerErrors.Of);
    }

    /// <inheritdoc/>
    public SqlDialect Dialect => SqlServerDialect.Instance;

    /// <summary>For the stores that decide themselves what they repeat.</summary>
    internal SqlServerRepeats Repeats { get; }

    /// <summary>
    /// Held by whatever appends custody entries while its transaction runs: the node's row of the day is one, and transactions of one node would do
    /// nothing but wait for each other inside the server. Other nodes have rows of their own.
    /// </summary>
    internal SemaphoreSlim CustodyGate { get; } = new(1);

    /// <summary>Whether the engine has ever worked with this database.</summary>
    public Task<bool> HasTablesAsync() => RunAsync(async connection => await connection.ExecuteScalarAsync<int?>("SELECT OBJECT_ID(N'schema_migrations')").ConfigureAwait(false) is not null);

    /// <inheritdoc/>
    public Task PrepareAsync() => RunAsync(async connection =>
    {
        await SqlServerRequirements.MeetAsync(connection).ConfigureAwait(false);
        return true;
    });

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => RunAsync(work, cancellation);

    /// <inheritdoc/>
    public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => _transactions.ReadSnapshotAsync(work);

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => _transactions.WriteAsync(work);

    /// <inheritdoc/>
    public Task<T> WriteGuardedAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => _transactions.WriteGuardedAsync(work);

    /// <summary>
    /// Runs <paramref name="work"/> once on a connection of its own, at READ COMMITTED and outside any transaction that it does not begin itself. For the
    /// stores where guards and unique indexes decide; only opening the connection is repeated.
    /// </summary>
    internal async Task<T> RunAsync<T>(Func<SqlConnection, Task<T>> work, CancellationToken cancellation = default)
    {
        var connection = await Repeats.RunAsync(
            () => OpenAsync(cancellation), exception => !cancellation.IsCancellationRequested && SqlServerErrors.Of(exception) == SqlServerError.Transient).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await work(connection).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connections that wait in the pool; none may be in use.</summary>
    public void Dispose()
    {
        using var pooled = new SqlConnection(_connectionString);
        SqlConnection.ClearPool(pooled);
        CustodyGate.Dispose();
    }

    private async Task<SqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new SqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private sealed class Session(SqlConnection connection) : ISqlServerSession
    {
        public DbConnection Connection => connection;

        public async Task ExecuteAsync(string text)
        {
            using var command = connection.CreateCommand();
            command.CommandText = text;
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}

using Dapper;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Storage.SqlServer;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>
/// A migrated database of its own, which goes with it: on SQL Server when <c>FULFILMENT_TEST_SQLSERVER</c> holds a connection string, and on SQLite
/// otherwise. What is about SQLite alone has the trait <c>Engine=Sqlite</c>.
/// </summary>
public sealed class TestDatabase : IDisposable
{
    private readonly TestServer? _server;
    private readonly List<(IDatabase Of, IDisposable Store)> _stores = [];
    private readonly Stack<IDisposable> _databases = [];

    private TestDatabase(string folder, TestServer? server)
    {
        (Folder, _server) = (folder, server);
        Database = OpenAnother();
    }

    /// <summary>For the key file, and for SQLite's database.</summary>
    public string Folder { get; }

    public IDatabase Database { get; }

    /// <summary>For tests with the trait <c>Engine=Sqlite</c>.</summary>
    public SqliteDatabase Sqlite => (SqliteDatabase)Database;

    public static async Task<TestDatabase> CreateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("fulfilment-").FullName;
        if (await TestServer.CreateDatabaseAsync() is not { } server)
        {
            await MigratedFile.PlaceInAsync(folder);
            return new TestDatabase(folder, null);
        }

        var database = new TestDatabase(folder, server);
        await new Migrator(database.Database, TimeProvider.System).MigrateAsync();
        return database;
    }

    /// <summary>The same database as another process sees it.</summary>
    public IDatabase OpenAnother(bool besideHost = false)
    {
        IDatabase database = _server is { } server
            ? new SqlServerDatabase(server.ConnectionString, new SqlServerRepeats(TimeProvider.System, Random.Shared))
            : new SqliteDatabase(Folder, besideHost);
        _databases.Push((IDisposable)database);
        return database;
    }

    internal IIntakeStore IntakeStore() => Keep<IIntakeStore>(Database switch
    {
        SqliteDatabase sqlite => new SqliteIntakeStore(sqlite),
        SqlServerDatabase server => new SqlServerIntakeStore(server),
        _ => throw NotThere(),
    });

    internal IHeldOrderStore HeldOrderStore() => Keep<IHeldOrderStore>(Database switch
    {
        SqliteDatabase sqlite => new SqliteHeldOrderStore(sqlite),
        SqlServerDatabase server => new SqlServerHeldOrderStore(server),
        _ => throw NotThere(),
    });

    internal IAfterSalesStore AfterSalesStore() => Keep<IAfterSalesStore>(Database switch
    {
        SqliteDatabase sqlite => new SqliteAfterSalesStore(sqlite),
        SqlServerDatabase server => new SqlServerAfterSalesStore(server),
        _ => throw NotThere(),
    });

    /// <param name="through">The database as another process sees it.</param>
    internal IFulfilmentStore FulfilmentStore(IDatabase? through = null) => Keep<IFulfilmentStore>((through ?? Database) switch
    {
        SqliteDatabase sqlite => new SqliteFulfilmentStore(sqlite),
        SqlServerDatabase server => new SqlServerFulfilmentStore(server),
        _ => throw NotThere(),
    }, through);

    internal IManualStore ManualStore(ISupplierVault vault) => Database switch
    {
        SqliteDatabase sqlite => new SqliteManualStore(sqlite, vault),
        SqlServerDatabase server => new SqlServerManualStore(server, vault),
        _ => throw NotThere(),
    };

    internal ICardKeyLifeStore CardKeyLifeStore() => Keep<ICardKeyLifeStore>(Database switch
    {
        SqliteDatabase sqlite => new SqliteCardKeyLifeStore(sqlite),
        SqlServerDatabase server => new SqlServerCardKeyLifeStore(server),
        _ => throw NotThere(),
    });

    internal IPersonalDataStore PersonalDataStore() => Keep<IPersonalDataStore>(Database switch
    {
        SqliteDatabase sqlite => new SqlitePersonalDataStore(sqlite),
        var other => new PersonalDataStore(other),
    });

    /// <param name="through">The database as another process sees it.</param>
    internal IBatchStore BatchStore(IDatabase? through = null) => Keep<IBatchStore>((through ?? Database) switch
    {
        SqliteDatabase sqlite => new SqliteBatchStore(sqlite),
        SqlServerDatabase server => new SqlServerBatchStore(server),
        _ => throw NotThere(),
    }, through);

    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        Database.WriteAsync(connection => connection.ExecuteAsync(sql, parameters));

    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) =>
        Database.ReadAsync(connection => connection.ExecuteScalarAsync<T>(sql, parameters));

    /// <summary>Lets every such change of the table fail, once the row was changed, so that it is among what has to be undone.</summary>
    /// <param name="change"><c>INSERT</c> or <c>UPDATE</c>.</param>
    /// <param name="table">Of what.</param>
    /// <param name="when">Of which rows; the row is <c>NEW</c>.</param>
    public Task BreakAsync(string change, string table, string when = "1 = 1") => TriggerAsync(
        "broken", change, table, when, _server is null ? "SELECT RAISE(ABORT, 'broken')" : "THROW 50000, N'broken', 1");

    /// <summary>Ends what <see cref="BreakAsync"/> began.</summary>
    public Task MendAsync() => ExecuteAsync("DROP TRIGGER broken");

    /// <summary>Runs a statement after such a change.</summary>
    public Task TriggerAsync(string name, string change, string table, string when, string statement) => ExecuteAsync(_server is null
        ? $"CREATE TRIGGER {name} AFTER {change} ON {table} WHEN {when} BEGIN {statement}; END"
        : $"CREATE TRIGGER {name} ON {table} AFTER {change} AS BEGIN SET NOCOUNT ON; IF EXISTS (SELECT 1 FROM inserted AS NEW WHERE {when}) {statement}; END");

    /// <summary>How SQLite would run a query, one step a line.</summary>
    public async Task<string> PlanAsync(string sql)
    {
        // An unbound parameter is null, which does not change the plan.
        var parameters = new DynamicParameters();
        foreach (System.Text.RegularExpressions.Match name in System.Text.RegularExpressions.Regex.Matches(sql, "@([A-Za-z]+)"))
        {
            parameters.Add(name.Groups[1].Value);
        }

        var rows = await Sqlite.ReadAsync(
            connection => connection.QueryAsync<(int Id, int Parent, int NotUsed, string Detail)>("EXPLAIN QUERY PLAN " + sql, parameters));
        return string.Join('\n', rows.Select(row => row.Detail));
    }

    public void Dispose()
    {
        // SQLite's stores have statements on the writer's connection, which only its thread may touch.
        foreach (var (database, store) in _stores)
        {
            database.WriteAsync(_ =>
            {
                store.Dispose();
                return Task.FromResult(true);
            }).GetAwaiter().GetResult();
        }

        foreach (var database in _databases)
        {
            database.Dispose();
        }

        _server?.DropDatabase();
        Directory.Delete(Folder, recursive: true);
    }

    private T Keep<T>(T store, IDatabase? through = null)
    {
        if (store is IDisposable disposable)
        {
            _stores.Add((through ?? Database, disposable));
        }

        return store;
    }

    private InvalidOperationException NotThere() => new($"There is no such store on {Database.GetType().Name}.");
}

using Dapper;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>A migrated database in a folder of its own, which goes with it.</summary>
public sealed class TestDatabase : IDisposable
{
    private TestDatabase(string folder)
    {
        Folder = folder;
        Database = new SqliteDatabase(folder);
    }

    public string Folder { get; }

    public SqliteDatabase Database { get; }

    public static async Task<TestDatabase> CreateAsync()
    {
        var database = new TestDatabase(Directory.CreateTempSubdirectory("fulfilment-").FullName);
        await new Migrator(database.Database, TimeProvider.System).MigrateAsync();
        return database;
    }

    public Task<int> ExecuteAsync(string sql, object? parameters = null) =>
        Database.WriteAsync(connection => connection.ExecuteAsync(sql, parameters));

    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) =>
        Database.ReadAsync(connection => connection.ExecuteScalarAsync<T>(sql, parameters));

    /// <summary>How SQLite would run a query, one step a line.</summary>
    public async Task<string> PlanAsync(string sql)
    {
        // An unbound parameter is null, which does not change the plan.
        var parameters = new DynamicParameters();
        foreach (System.Text.RegularExpressions.Match name in System.Text.RegularExpressions.Regex.Matches(sql, "@([A-Za-z]+)"))
        {
            parameters.Add(name.Groups[1].Value);
        }

        var rows = await Database.ReadAsync(
            connection => connection.QueryAsync<(int Id, int Parent, int NotUsed, string Detail)>("EXPLAIN QUERY PLAN " + sql, parameters));
        return string.Join('\n', rows.Select(row => row.Detail));
    }

    public void Dispose()
    {
        Database.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

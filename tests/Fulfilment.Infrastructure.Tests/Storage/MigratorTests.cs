using Dapper;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

[Trait("Engine", "Sqlite")]
public sealed class MigratorTests : IDisposable
{
    private const string LaterTable = "CREATE TABLE order_flow (in_the_way INTEGER)";

    private static readonly IReadOnlyList<string> Scripts = Migrator.KnownTo(SqliteDialect.Instance);

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-migrator-").FullName;

    [Fact]
    public async Task Empty_StaysEmpty_WhenAScriptFails()
    {
        using (var database = new SqliteDatabase(_folder))
        {
            await ExecuteAsync(database, LaterTable);

            await Assert.ThrowsAsync<SqliteException>(new Migrator(database, TimeProvider.System).MigrateAsync);

            Assert.Empty(await AppliedAsync(database));
            Assert.Equal(["order_flow", "schema_migrations"], await TablesAsync(database));
            await ExecuteAsync(database, "DROP TABLE order_flow");
        }

        using var next = new SqliteDatabase(_folder);
        await new Migrator(next, TimeProvider.System).MigrateAsync();
        Assert.Equal(Scripts, await AppliedAsync(next));
    }

    [Fact]
    public async Task Older_KeepsWhatWasApplied_WhenALaterScriptFails()
    {
        using var database = new SqliteDatabase(_folder);
        await ExecuteAsync(database, SqliteDialect.Instance.MakeMigrationsTable);
        await ExecuteAsync(database, Migrator.Read(Scripts[0]));
        await ExecuteAsync(database, "INSERT INTO schema_migrations (name, applied_at) VALUES (@name, 0)", new { name = Scripts[0] });
        await ExecuteAsync(database, LaterTable);

        await Assert.ThrowsAsync<SqliteException>(new Migrator(database, TimeProvider.System).MigrateAsync);

        Assert.Equal(Scripts.TakeWhile(script => !script.Contains("order_flow", StringComparison.Ordinal)), await AppliedAsync(database));
    }

    [Fact]
    public async Task Newer_IsRefused_AndNotChanged()
    {
        using var database = new SqliteDatabase(_folder);
        await ExecuteAsync(database, SqliteDialect.Instance.MakeMigrationsTable);
        await ExecuteAsync(database, "INSERT INTO schema_migrations (name, applied_at) VALUES ('sqlite/9999_later.sql', 0)");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(new Migrator(database, TimeProvider.System).MigrateAsync);

        Assert.Contains("sqlite/9999_later.sql", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["schema_migrations"], await TablesAsync(database));
    }

    [Fact]
    public async Task Empty_IsMadeOnce_WhenTwoProcessesFindIt()
    {
        using var one = new SqliteDatabase(_folder);
        using var other = new SqliteDatabase(_folder, besideHost: true);

        await Task.WhenAll(
            Task.Run(new Migrator(one, TimeProvider.System).MigrateAsync, TestContext.Current.CancellationToken),
            Task.Run(new Migrator(other, TimeProvider.System).MigrateAsync, TestContext.Current.CancellationToken));

        Assert.Equal(Scripts, await AppliedAsync(one));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<int> ExecuteAsync(SqliteDatabase database, string sql, object? parameters = null) =>
        database.WriteAsync(connection => connection.ExecuteAsync(sql, parameters));

    private static Task<IEnumerable<string>> AppliedAsync(SqliteDatabase database) =>
        database.ReadAsync(connection => connection.QueryAsync<string>("SELECT name FROM schema_migrations ORDER BY name"));

    private static Task<IEnumerable<string>> TablesAsync(SqliteDatabase database) =>
        database.ReadAsync(connection => connection.QueryAsync<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"));
}

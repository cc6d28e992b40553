using Dapper;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>Statements that are kept compiled must not be told from statements that are not.</summary>
[Trait("Engine", "Sqlite")]
public sealed class SqliteWriterConnectionTests : IDisposable
{
    private const string Insert = "INSERT INTO things (id, name) VALUES (@id, @name)", Name = "SELECT name FROM things WHERE id = @id";

    private readonly SqliteWriterConnection _connection = new("Data Source=:memory:");

    public SqliteWriterConnectionTests()
    {
        _connection.Open();
        _connection.Execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NULL); INSERT INTO things (id, name) VALUES (0, 'zero')");
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public async Task Statement_IsCompiledOnce_AndRunsWithEachCallsValues()
    {
        var before = _connection.Compiled;
        for (var id = 1; id <= 5; id++)
        {
            await _connection.ExecuteAsync(Insert, new { id, name = id == 3 ? null : $"thing {id}" });
            Assert.Equal(id == 3 ? null : $"thing {id}", await _connection.ExecuteScalarAsync<string?>(Name, new { id }));
        }

        Assert.Equal(before + 2, _connection.Compiled);
        Assert.Equal("thing 4", await _connection.QuerySingleAsync<string>(Name, new { id = 4 }));
        Assert.Null(await _connection.QuerySingleOrDefaultAsync<string>(Name, new { id = 99 }));
    }

    [Fact]
    public async Task RowsChanged_AreThoseOfTheLastRun()
    {
        for (var id = 1; id <= 3; id++)
        {
            Assert.Equal(1, await _connection.ExecuteAsync(Insert, new { id, name = "same" }));
        }

        const string Rename = "UPDATE things SET name = @name WHERE name = @old";
        Assert.Equal(3, await _connection.ExecuteAsync(Rename, new { name = "other", old = "same" }));
        Assert.Equal(0, await _connection.ExecuteAsync(Rename, new { name = "other", old = "same" }));
        Assert.Equal(3, await _connection.ExecuteAsync(Rename, new { name = "third", old = "other" }));
        Assert.Equal(2, await _connection.ExecuteAsync(Insert, new[] { new { id = 11, name = "a" }, new { id = 12, name = "b" } }));
    }

    [Fact]
    public async Task StatementThatFailed_RunsAgain()
    {
        await _connection.ExecuteAsync(Insert, new { id = 1, name = "one" });
        await _connection.ExecuteAsync(Insert, new { id = 2, name = "two" });
        var failed = await Assert.ThrowsAsync<SqliteException>(() => _connection.ExecuteAsync(Insert, new { id = 2, name = "again" }));
        await _connection.ExecuteAsync(Insert, new { id = 3, name = "three" });

        Assert.Equal(SQLitePCL.raw.SQLITE_CONSTRAINT, failed.SqliteErrorCode);
        Assert.Equal("zero,one,two,three", await _connection.ExecuteScalarAsync<string>("SELECT group_concat(name) FROM (SELECT name FROM things ORDER BY id)"));
    }

    [Fact]
    public void StatementWhoseRowsAreBeingRead_RunsBesideItself()
    {
        const string All = "SELECT id FROM things WHERE id >= @least ORDER BY id";
        _connection.Execute(Insert, new[] { new { id = 1, name = "" }, new { id = 2, name = "" } });
        _ = _connection.Query<long>(All, new { least = 0 }).AsList();

        var pairs = _connection.Query<long>(All, new { least = 0 }, buffered: false)
            .Select(id => (id, string.Join(',', _connection.Query<long>(All, new { least = id }, buffered: false)))).ToList();

        Assert.Equal([(0, "0,1,2"), (1, "1,2"), (2, "2")], pairs);
    }

    [Fact]
    public async Task CompiledStatement_SeesAChangedSchema()
    {
        const string All = "SELECT * FROM things WHERE id = @id";
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(2, ((IDictionary<string, object>)await _connection.QuerySingleAsync(All, new { id = 0 })).Count);
        }

        await _connection.ExecuteAsync("ALTER TABLE things ADD COLUMN size INTEGER NULL");
        await _connection.ExecuteAsync("UPDATE things SET size = 7");
        Assert.Equal(7L, ((IDictionary<string, object>)await _connection.QuerySingleAsync(All, new { id = 0 }))["size"]);
    }

    [Fact]
    public async Task ScriptThatNeedsItsOwnTables_RunsTwice()
    {
        for (var i = 0; i < 3; i++)
        {
            await _connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS others (id INTEGER); INSERT INTO others VALUES (1)");
        }

        Assert.Equal(3, await _connection.ExecuteScalarAsync<long>("SELECT count(*) FROM others"));
    }

    [Fact]
    public async Task TextsWithoutEnd_AreNotKeptWithoutEnd()
    {
        for (var text = 0; text < 2_000; text++)
        {
            for (var run = 0; run < 2; run++)
            {
                Assert.Equal(text, await _connection.ExecuteScalarAsync<long>($"SELECT {text} + @nothing", new { nothing = 0 }));
            }

            Assert.Equal("zero", await _connection.ExecuteScalarAsync<string>(Name, new { id = 0 }));
        }

        Assert.InRange(_connection.Compiled, 1, 256);
    }

    [Fact]
    public async Task Indexes_NeedNoTableOfTheirOwnForARow()
    {
        using var database = await TestDatabase.CreateAsync();
        var filters = await database.Database.ReadAsync(connection => connection.QueryAsync<string>("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"), TestContext.Current.CancellationToken);

        // Up to two values SQLite compares one by one; of more it makes a table, for every row that is written.
        Assert.DoesNotMatch(@"(?i)\bIN \([^()]*,[^()]*,[^()]*\)", string.Join(";\n", filters));
    }
}

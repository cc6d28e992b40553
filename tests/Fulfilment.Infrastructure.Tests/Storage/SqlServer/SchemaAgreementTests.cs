using Dapper;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Storage.SqlServer;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer;

/// <summary>The scripts of both engines make the same tables, columns and indexes: SQLite by running them, SQL Server by reading its own.</summary>
public sealed class SchemaAgreementTests
{
    private static readonly SqlServerSchema Server = SqlServerSchema.Read(Migrator.KnownTo(SqlServerDialect.Instance).Select(Migrator.Read));

    [Fact]
    public void BothEngines_HaveScriptsOfTheSameNames()
    {
        var sqlite = Migrator.KnownTo(SqliteDialect.Instance).Select(Path.GetFileName);

        Assert.Equal(sqlite, Migrator.KnownTo(SqlServerDialect.Instance).Select(Path.GetFileName));
    }

    [Fact]
    public async Task BothEngines_HaveTheSameColumns_WithTheSameNulls()
    {
        var sqlite = await OnSqliteAsync<Column>("""
            SELECT t.name AS "Table", c.name, CASE c.type WHEN 'INTEGER' THEN 'number' WHEN 'TEXT' THEN 'text' ELSE 'bytes' END AS type,
                   c."notnull" AS required, c.pk AS key, coalesce(c.dflt_value, '') AS initial
            FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'schema_migrations'
            """);

        var server = Server.Tables.Values.SelectMany(table => table.Columns.Where(column => !column.IsComputed).Select(column => new Column(
            table.Name, column.Name, column.Type, column.IsRequired ? 1 : 0, table.PrimaryKey.IndexOf(column.Name) + 1, column.Default ?? "")));

        Assert.NotEmpty(sqlite);
        Assert.Equal(Lines(sqlite), Lines(server));
    }

    [Fact]
    public async Task BothEngines_HaveTheSameIndexes()
    {
        // What decides by being unique must decide alike; what only makes a query fast must be there by the same name, with the same columns.
        var sqlite = await OnSqliteAsync<Index>("""
            SELECT CASE i.origin WHEN 'c' THEN i.name ELSE '' END AS name, t.name AS "Table", i."unique" AS isunique,
                   (SELECT group_concat(c.name, ', ') FROM pragma_index_info(i.name) AS c) AS columns,
                   coalesce((SELECT substr(m.sql, instr(m.sql, ' WHERE ') + 7) FROM sqlite_master AS m WHERE m.name = i.name AND i.partial = 1), '') AS filter
            FROM sqlite_master AS t JOIN pragma_index_list(t.name) AS i
            WHERE t.type = 'table' AND t.name <> 'schema_migrations' AND i.origin <> 'pk'
            """);

        var server = Server.Indexes.Values.Select(index => new Index(
            index.Name, index.Table, index.IsUnique ? 1 : 0,
            string.Join(", ", index.Columns.Where(column => !column.EndsWith("_bytes", StringComparison.Ordinal))), index.Filter ?? ""));

        Assert.NotEmpty(sqlite);
        Assert.Equal(Lines(sqlite), Lines(server));
    }

    [Fact]
    public void EveryText_ComparesByCodePoints()
    {
        var others = Server.Tables.Values.SelectMany(table => table.Columns.Where(column => column is { Type: "text", Collation: not "Latin1_General_100_BIN2" })
            .Select(column => $"{table.Name}.{column.Name}"));

        Assert.Empty(others);
    }

    [Fact]
    public async Task BothEngines_HaveTheSameTriggers()
    {
        var sqlite = await OnSqliteAsync<string>("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name");

        Assert.Equal(sqlite, Server.Triggers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Script_IsCutAtItsLinesGo()
    {
        Assert.Equal(["a\nGO b\n", "c"], Migrator.BatchesOf("a\r\nGO b\r\n\r\nGO\r\n\r\nGO\r\nc\r\nGO\r\n").Select(batch => batch.TrimStart('\n')));
    }

    // SQLite has no names for its unique constraints.
    private static readonly HashSet<string> Constraints = ["skus_code", "storefronts_code", "suppliers_code", "api_keys_hash", "batches_once"];

    private static async Task<List<T>> OnSqliteAsync<T>(string sql)
    {
        var folder = Directory.CreateTempSubdirectory("fulfilment-").FullName;
        try
        {
            using var database = new SqliteDatabase(folder);
            await new Migrator(database, TimeProvider.System).MigrateAsync();
            return [.. await database.ReadAsync(connection => connection.QueryAsync<T>(sql))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Lines<T>(IEnumerable<T> rows) => string.Join('\n', rows.Select(row => row!.ToString()).Order(StringComparer.Ordinal));

    private sealed record Column(string Table, string Name, string Type, long Required, long Key, string Initial);

    private sealed record Index(string Name, string Table, long IsUnique, string Columns, string Filter)
    {
        public override string ToString() =>
            $"{(Constraints.Contains(Name) ? "" : Name)} {Table} {IsUnique} ({Columns}) {Filter}";
    }
}

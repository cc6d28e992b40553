using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Storage.SqlServer;
using Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;
using Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer;

/// <summary>Every script and every statement that can reach SQL Server, looked at without one. See docs/decisions/0017.</summary>
public sealed class SqlServerStatementTests(CollectedStatements statements, ITestOutputHelper output) : IClassFixture<CollectedStatements>
{
    // What there is when this is written, less a little: a collector that finds nothing must not pass for a database without mistakes.
    private const int LeastCalls = 180;
    private const int LeastTexts = 250;

    [Fact]
    public void Scripts_AreTaken()
    {
        var (schema, complaints) = CollectedStatements.ReadScripts();
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
        output.WriteLine($"{schema.Tables.Count} tables, {schema.Tables.Values.Sum(table => table.Columns.Count)} columns, {schema.Indexes.Count} indexes");
    }

    [Fact]
    public void Sources_ShowEveryText()
    {
        var found = statements.Of(SqlServerDialect.Instance);
        output.WriteLine($"{found.Calls} calls send {found.Statements.Count} texts to SQL Server");
        foreach (var file in found.Statements.GroupBy(statement => statement.Place.Split(':')[0]).OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{file.Count(),4}  {file.Key}");
        }

        Assert.True(found.Problems.Count == 0, string.Join('\n', found.Problems));
        Assert.InRange(found.Calls, LeastCalls, int.MaxValue);
        Assert.InRange(found.Statements.Count, LeastTexts, int.MaxValue);
    }

    [Fact]
    public void Texts_AreTaken()
    {
        var (schema, _) = CollectedStatements.ReadScripts();
        var all = statements.Of(SqlServerDialect.Instance).Statements;
        StatementCheck.KeepTemporaryTables(all.Where(statement => statement.Parameters.Count == 0).Select(statement => statement.Text), schema);
        var complaints = all.SelectMany(statement => Complaints(statement, schema)).Distinct().ToList();
        Assert.True(complaints.Count == 0, $"{complaints.Count} complaints\n{string.Join('\n', complaints)}");
    }

    // In a serializable transaction a plain read keeps a shared lock: two that go on to write the same wallet undo each other.
    [Fact]
    public void WalletThatIsReadToBeWritten_IsLockedForThat()
    {
        var reads = statements.Of(SqlServerDialect.Instance).Statements
            .Where(statement => statement.Place.Contains("/SqlServerOrderEffects", StringComparison.Ordinal) && statement.Text.StartsWith("SELECT balance", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(reads);
        Assert.All(reads, read => Assert.Contains("FROM wallets WITH (UPDLOCK)", read.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Readers_AskForNothingNarrowerThanALong() => Assert.Empty(statements.NarrowReads());

    [Fact]
    public async Task CommonTexts_AreTakenBySqliteToo()
    {
        using var database = await TestDatabase.CreateAsync();
        var common = statements.Of(SqliteDialect.Instance).Statements.Where(statement => !statement.Place.Contains("/SqlServer/", StringComparison.Ordinal)).ToList();
        var complaints = await database.Database.ReadAsync(connection => Task.FromResult(common
            .Select(statement => (statement, Error: Prepare((SqliteConnection)connection, statement)))
            .Where(pair => pair.Error is not null).Select(pair => $"{pair.statement.Place}: {pair.Error}\n    {pair.statement.Text}").Distinct().ToList()), TestContext.Current.CancellationToken);
        output.WriteLine($"{common.Count} texts go to both engines");
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    private static IEnumerable<string> Complaints(Statement statement, SqlSchema schema)
    {
        var outcome = StatementCheck.Check(statement.Text, statement.Parameters, schema);
        var complaints = outcome.Complaints.ToList();
        if (statement.IsRead)
        {
            // A reader of SqlClient hands out a BIGINT as a long and as nothing else, and anything else not as a long.
            complaints.AddRange(outcome.Results.SelectMany(columns => columns.Select((column, i) => (column, i)))
                .Where(pair => pair.column.Kind.Family() == SqlFamily.Number && pair.column.Kind is not (SqlKind.BigInt or SqlKind.Float))
                .Select(pair => $"a reader finds {pair.column.Kind} in column {pair.i + 1} '{pair.column.Name}'; CAST it to bigint"));
        }

        if (complaints.Count == 0 && statement.Rows.Count > 0)
        {
            // One that is read may be any of several: an early RETURN answers in place of the end.
            var rows = statement.Rows.Count == 1 ? Enumerable.Repeat(statement.Rows[0], outcome.Results.Count).ToList() : statement.Rows;
            complaints.AddRange(rows.Count == outcome.Results.Count && rows.Count > 0
                ? rows.Zip(outcome.Results, RowShape.Misfit).OfType<string>()
                : [$"it answers {outcome.Results.Count} results, and {statement.Rows.Count} are read"]);
        }

        return complaints.Select(complaint => $"{statement.Place}: {complaint}\n    {statement.Text.ReplaceLineEndings("\n    ")}");
    }

    // Compiles each statement and runs none.
    private static string? Prepare(SqliteConnection connection, Statement statement)
    {
        var rest = statement.Parameters.Where(parameter => parameter.IsList).Aggregate(statement.Text, (text, list) => text.Replace($"@{list.Name}", $"(@{list.Name})", StringComparison.Ordinal));
        while (!string.IsNullOrWhiteSpace(rest))
        {
            var result = raw.sqlite3_prepare_v2(connection.Handle, rest, out var compiled, out var tail);
            using (compiled)
            {
                // An index may be named that serves only rows with a value: conditions that belong together are tried apart here.
                if (result != raw.SQLITE_OK && raw.sqlite3_errmsg(connection.Handle).utf8_to_string() is not "no query solution" and var error)
                {
                    return error;
                }
            }

            rest = tail;
        }

        return null;
    }
}

using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.SqlServer;
using Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;
using Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer;

/// <summary>Every statement that can reach SQL Server, found once for all tests.</summary>
public sealed class CollectedStatements
{
    private readonly SourceCode _sources = SourceCode.Read();

    /// <summary>Texts that cannot be told from the sources, and why not. What stands here is checked as it stands here.</summary>
    private static Dictionary<string, string[]> Given(SqlDialect dialect) => new(StringComparer.Ordinal)
    {
        // As many pairs of queries as a storefront has currencies.
        ["AccountStore.ListSql"] = [AccountStore.ListSql(dialect, 2)],
        ["AccountStore.Parameter"] = ["caa", "cab"],

        // The scripts, which are checked one after the other.
        ["Migrator.BatchesOf"] = [""],

        // The database's own name.
        ["Found.Name"] = ["fulfilment"],
    };

    private readonly Dictionary<SqlDialect, Collection> _found = [];

    internal Collection Of(SqlDialect dialect)
    {
        if (!_found.TryGetValue(dialect, out var found))
        {
            _found.Add(dialect, found = new Collector(_sources, dialect, Given(dialect), IsOurs).Collect());
        }

        return found;
    }

    internal IEnumerable<string> NarrowReads() => new Collector(_sources, SqlServerDialect.Instance, Given(SqlServerDialect.Instance), IsOurs).NarrowReads();

    /// <summary>The schema as the scripts leave it, and what is wrong with them.</summary>
    internal static (SqlSchema Schema, IReadOnlyList<string> Complaints) ReadScripts()
    {
        var reader = new SchemaReader();
        List<string> complaints =
        [
            .. reader.Read(SqlServerDialect.Instance.MakeMigrationsTable),
            .. Directory.EnumerateFiles(Path.Combine(SourceCode.Root(), "sql/sqlserver"), "*.sql").Order(StringComparer.Ordinal)
                .SelectMany(script => reader.Read(File.ReadAllText(script)).Select(complaint => $"{Path.GetFileName(script)}: {complaint}")),
        ];
        return (reader.Schema, complaints);
    }

    // The embedded default's own stores, and the copies of its file.
    private static bool IsOurs(string path) =>
        !path.Contains("/Storage/Sqlite/", StringComparison.Ordinal) && !path.Contains("/Storage/Backups/", StringComparison.Ordinal);
}

using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>
/// What stands in a database, so that two that came there on different ways can be compared: every row of every table, without order. Of ids that were made on the way
/// only that they are there, of times only the minute, and of what is sealed or encrypted only how long it is.
/// </summary>
internal static partial class DatabaseImage
{
    // Ids carry the time in their upper bits; times in milliseconds, money and days are far below.
    private const long LeastId = 1_000_000_000_000_000, LeastTime = 1_000_000_000_000, Minute = 60_000;

    // Which process has which number, lease and job is no end that anything has come to.
    private static readonly string[] LeftOut = ["nodes", "job_leases", "schema_migrations"];

    /// <summary>The ids that are there.</summary>
    public static HashSet<long> Ids(string folder)
    {
        var ids = new HashSet<long>();
        Walk(folder, (_, row) => ids.UnionWith(row.OfType<long>().Where(value => value >= LeastId)));
        return ids;
    }

    /// <param name="folder">Of the database, which nobody has open.</param>
    /// <param name="known">Ids that were there before the ways parted.</param>
    public static string Of(string folder, IReadOnlySet<long> known)
    {
        var rows = new List<string>();
        Walk(folder, (table, row) => rows.Add($"{table}: {string.Join(" | ", row.Select(value => Text(value, known)))}"));
        return string.Join('\n', rows.Order(StringComparer.Ordinal));
    }

    /// <summary>The rows that only one of the two has.</summary>
    public static string Differences(string expected, string actual)
    {
        var (before, after) = (Counts(expected), Counts(actual));
        return string.Join('\n', before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(row => (Row: row, More: after.GetValueOrDefault(row) - before.GetValueOrDefault(row))).Where(row => row.More != 0)
            .Select(row => $"{row.More:+0;-0} {row.Row}"));

        static Dictionary<string, int> Counts(string image) => image.Split('\n').CountBy(row => row).ToDictionary();
    }

    private static string Text(object value, IReadOnlySet<long> known) => value switch
    {
        long id and >= LeastId when !known.Contains(id) => "new",
        long at and >= LeastTime and < LeastId => $"minute {at / Minute}",
        string text => Seconds().Replace(text, ""),
        byte[] bytes => $"{bytes.Length} bytes",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"(?<=T\d\d:\d\d):\d\d\.\d+(?=Z)")]
    private static partial Regex Seconds();

    private static void Walk(string folder, Action<string, object[]> see)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(folder, "fulfilment.db")};Pooling=False");
        database.Open();
        foreach (var table in Read(database, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").Select(row => (string)row[0]).Except(LeftOut).ToList())
        {
            foreach (var row in Read(database, $"SELECT * FROM \"{table}\""))
            {
                see(table, row);
            }
        }
    }

    private static IEnumerable<object[]> Read(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
#pragma warning disable CA2100 // Names of our own tables.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            yield return row;
        }
    }
}

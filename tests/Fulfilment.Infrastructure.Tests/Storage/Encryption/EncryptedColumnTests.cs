using System.Text.RegularExpressions;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Encryption;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage.Encryption;

public sealed partial class EncryptedColumnTests
{
    [Fact]
    public void EveryEncryptedColumnOfTheSchema_IsReencrypted()
    {
        var inSchema = Migrator.KnownTo(SqliteDialect.Instance).SelectMany(Columns).Order(StringComparer.Ordinal).ToList();

        Assert.Contains("card_keys.code", inSchema);
        Assert.Equal(inSchema, EncryptedColumn.All.Select(column => column.Name).Order(StringComparer.Ordinal));
        Assert.Equal(EncryptedColumn.All.Count, EncryptedColumn.All.Select(column => column.Part).Distinct().Count());
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task EveryWalk_IsARangeOfTheTablesKey_AndSortsNothing()
    {
        using var database = await TestDatabase.CreateAsync();
        foreach (var column in EncryptedColumn.All)
        {
            var plan = await database.PlanAsync(column.Page(SqliteDialect.Instance));

            Assert.Contains("SEARCH", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
        }
    }

    // The schema says in a comment which columns are encrypted.
    private static IEnumerable<string> Columns(string script)
    {
        using var stream = typeof(Migrator).Assembly.GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        var table = "";
        while (reader.ReadLine() is { } line)
        {
            if (Table().Match(line) is { Success: true } found)
            {
                table = found.Groups[1].Value;
            }
            else if (Encrypted().Match(line) is { Success: true } column)
            {
                yield return $"{table}.{column.Groups[1].Value}";
            }
        }
    }

    [GeneratedRegex("^(?:CREATE|ALTER) TABLE ([a-z_]+)")]
    private static partial Regex Table();

    [GeneratedRegex("^ +(?:ADD COLUMN )?([a-z_]+) +BLOB .*-- encrypted")]
    private static partial Regex Encrypted();
}

using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Pool;

public sealed class CardKeyWindowReaderTests
{
    /// <summary>A plan that sorts, or walks keys that are sold or behind the cursor, would cost more with every code ever imported.</summary>
    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task Window_IsReadFromTheIndex_WithoutSorting()
    {
        using var database = await TestDatabase.CreateAsync();

        var plan = await database.PlanAsync(CardKeyWindowReader.Read(SqliteDialect.Instance));

        const string Index = "SEARCH card_keys USING COVERING INDEX card_keys_fefo ";
        Assert.Contains(Index + "(sku_id=? AND expires_on=? AND batch_id=? AND id>?)", plan, StringComparison.Ordinal);
        Assert.Contains(Index + "(sku_id=? AND expires_on=? AND batch_id>?)", plan, StringComparison.Ordinal);
        Assert.Contains(Index + "(sku_id=? AND expires_on>?)", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
    }
}

using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Pool;

public sealed class CardKeyWindowReaderTests
{
    /// <summary>A plan that sorts, or walks keys that are sold, would cost more with every code ever imported.</summary>
    [Theory]
    [InlineData(CardKeyWindowReader.ReadAll, true)]
    [InlineData(CardKeyWindowReader.ReadUnblocked, false)]
    public async Task Window_IsReadFromTheIndex_WithoutSorting(string sql, bool covering)
    {
        using var database = await TestDatabase.CreateAsync();

        var plan = await database.PlanAsync(sql);

        var index = $"SEARCH card_keys USING {(covering ? "COVERING " : "")}INDEX card_keys_fefo ";
        Assert.Contains(index + "(sku_id=? AND expires_on=? AND id>?)", plan, StringComparison.Ordinal);
        Assert.Contains(index + "(sku_id=? AND expires_on>?)", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
    }
}

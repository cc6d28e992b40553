using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class StockLevelsTests
{
    [Fact]
    public async Task Stock_IsTheSumOverBatchesAndNodes_WithoutThoseThatCannotBeSold()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var sku = (await fixture.CreateSku.RunAsync(CatalogueFixture.Sku(), CatalogueFixture.Operator)).Value;
        await BatchAsync(fixture, 1, sku.Id, BatchStatus.Completed, (1, 10), (2, 5));
        await BatchAsync(fixture, 2, sku.Id, BatchStatus.Importing, (1, 3));
        await BatchAsync(fixture, 3, sku.Id, BatchStatus.Recalled, (1, 100));
        await BatchAsync(fixture, 4, sku.Id, BatchStatus.AwaitingApproval, (1, 100));
        using var levels = new StockLevels(fixture.Data.Database, TimeProvider.System);

        var available = await levels.GetAsync(TestContext.Current.CancellationToken);

        Assert.Equal(18, Assert.Single(available).Value);
        Assert.Equal(sku.Id, available.Single().Key);
    }

    [Fact]
    public async Task Stock_IsReadAgainAfterASecond_AndNotBefore()
    {
        var time = new ManualTimeProvider();
        using var fixture = await CatalogueFixture.CreateAsync();
        var sku = (await fixture.CreateSku.RunAsync(CatalogueFixture.Sku(), CatalogueFixture.Operator)).Value;
        using var levels = new StockLevels(fixture.Data.Database, time);
        Assert.Empty(await levels.GetAsync(TestContext.Current.CancellationToken));
        await BatchAsync(fixture, 1, sku.Id, BatchStatus.Completed, (1, 10));

        time.Advance(TimeSpan.FromMilliseconds(999));
        var soon = await levels.GetAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var later = await levels.GetAsync(TestContext.Current.CancellationToken);

        Assert.Empty(soon);
        Assert.Equal(10, later[sku.Id]);
    }

    private static async Task BatchAsync(CatalogueFixture fixture, long id, long skuId, BatchStatus status, params (int Node, int Available)[] stock)
    {
        await fixture.Data.ExecuteAsync("""
            INSERT INTO batches (id, sku_id, status, unit_cost, currency, default_expires_on, owner, idempotency_key, processed, accepted, duplicate, rejected)
            VALUES (@id, @skuId, @status, 0, 'CNY', 0, 'operator:li', @id, 0, 0, 0, 0)
            """, new { id, skuId, status = (int)status });
        foreach (var (node, available) in stock)
        {
            await fixture.Data.ExecuteAsync("""
                INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired)
                VALUES (@id, @node, @available, 1, 1, 1, 1, 1)
                """, new { id, node, available });
        }
    }
}

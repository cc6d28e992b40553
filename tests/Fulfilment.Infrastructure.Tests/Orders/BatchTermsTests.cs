using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>What a sale of purchased and of consigned codes does to the books, and that a frozen batch makes none.</summary>
public sealed class BatchTermsTests
{
    [Theory]
    [InlineData(BatchTerms.Purchased, AccountKind.Inventory)]
    [InlineData(BatchTerms.Consigned, AccountKind.Payable)]
    public async Task Sale_TakesTheCostFromWhereItStands(BatchTerms terms, AccountKind source)
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        await engine.AddBatchAsync(await engine.AddSkuAsync(), 5, unitCost: Cny(6), terms: terms);

        Accepted(await engine.PlaceAsync(Request("A-1", quantity: 2)));

        Assert.Equal(1, await engine.CountAsync(
            "transfers", "kind = @kind AND credit_account = @source AND amount = 120000", new { kind = TransferKind.CostOfSale, source }));
        await OrderBooks.AssertBalanceAsync(engine);
    }

    [Fact]
    public async Task FrozenBatch_IsPassedOver_ThoughItsKeysAreAvailable()
    {
        await using var engine = await StartAsync();
        await engine.AddStorefrontAsync();
        var sku = await engine.AddSkuAsync();
        var frozen = await engine.AddBatchAsync(sku, 5, new DateOnly(2030, 1, 1));
        var other = await engine.AddBatchAsync(sku, 5);
        await engine.WarmPoolAsync(sku);
        await engine.Storage.Database.WriteAsync(connection => Dapper.SqlMapper.ExecuteAsync(connection, "UPDATE batches SET frozen = 1 WHERE id = @Id", new { frozen.Id }));

        var order = await engine.FindAsync(Accepted(await engine.PlaceAsync(Request("A-1", quantity: 3))).Draft.OrderId);

        Assert.All(order.Lines[0].Units, unit => Assert.Contains(unit.CardKeyId!.Value, other.Keys));
        await OrderBooks.AssertBalanceAsync(engine);
    }
}

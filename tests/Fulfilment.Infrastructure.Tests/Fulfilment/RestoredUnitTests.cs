using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Storage.Backups;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>Units of a restored database: what was submitted after the backup is not known, so nothing is submitted a second time.</summary>
public sealed class RestoredUnitTests
{
    [Fact]
    public async Task UnitThatWaited_GoesToAPerson_WhateverItsRoutesAre()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme, Workshop.Pool, Workshop.Bolt);
        await shop.Engine.AddBatchAsync(shop.Engine.Catalogue.FindSku("CODE")!, 5);
        var orders = new[] { await shop.OrderAsync(), await shop.OrderAsync("TOPUP") };

        Assert.Equal(2, await RestoreAsync(shop));
        await shop.FinishAsync();

        foreach (var order in orders)
        {
            Assert.Equal(UnitState.Manual, (await shop.UnitAsync(order)).State);
        }

        Assert.Empty(shop.Acme1.Arrivals);
        Assert.Empty(shop.Bolt1.Arrivals);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task UnitThatWasSubmitted_IsAskedFor_AndDeliveredWhereItWasIssued()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();

        Assert.Equal(1, await RestoreAsync(shop));
        await shop.FinishAsync();

        Assert.Equal(OrderStatus.Fulfilled, (await shop.NowAsync(order)).Status);
        await shop.AssertSoundAsync();
    }

    // After the backup the next supplier was asked; nothing here says so.
    [Fact]
    public async Task UnitThatWasRejectedMeanwhile_GoesToAPerson_AndNotToTheNextSupplier()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = _ => Unknown();
        shop.Acme1.OnQuery = _ => Answer(new SupplierOutcome.Rejected("no_stock"));
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();

        await RestoreAsync(shop);
        await shop.FinishAsync();

        Assert.Equal(UnitState.Manual, (await shop.UnitAsync(order)).State);
        Assert.Empty(shop.Bolt1.Arrivals);
        await shop.AssertSoundAsync();
    }

    private static Task<int> RestoreAsync(Workshop shop) =>
        new RestoredRecords(shop.Engine.Storage.Database, shop.Engine.Ids, shop.Engine.Time).KeepUnitsFromSuppliersAsync();

    // Somebody may have delivered it after the backup: given back to the storefront, it would be paid by nobody.
    [Fact]
    public async Task UnitThatWaitedForAPerson_CannotBeCalledOffByItsStorefront()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Person);
        var order = await shop.OrderAsync();
        await shop.FinishAsync();

        Assert.Equal(1, await RestoreAsync(shop));

        Assert.Empty(await shop.Node.Store.RunAsync(transaction => transaction.FindCancellableAsync(order.Id, shop.Engine.Time.GetUtcNow().ToUnixTimeMilliseconds())));
    }
}

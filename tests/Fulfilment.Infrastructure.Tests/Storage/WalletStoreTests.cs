using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class WalletStoreTests
{
    [Theory]
    [InlineData(Settlement.Prepaid, AccountKind.Deposit)]
    [InlineData(Settlement.Postpaid, AccountKind.Receivable)]
    public async Task Deposit_PostsOneTransfer_AndRaisesTheWallet(Settlement settlement, AccountKind credited)
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var shop = await fixture.StorefrontAsync("shop-1", settlement);

        var first = (await DepositAsync(fixture, "k1", 100)).Value;
        var second = (await DepositAsync(fixture, "k2", 23)).Value;

        Assert.Equal((new Money(100), new Money(123)), (first.Balance, second.Balance));
        var wallet = Assert.Single(await fixture.Wallets.ListAsync(shop.Id, TestContext.Current.CancellationToken));
        Assert.Equal(new Wallet("CNY", new Money(123), Money.Zero), wallet);
        var transfers = (await fixture.Data.Database.ReadAsync(connection => connection.QueryAsync<(int Kind, int Debit, long DebitSubject, int Credit, long CreditSubject, long Amount, string Currency)>(
            "SELECT kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency FROM transfers ORDER BY id"), TestContext.Current.CancellationToken)).ToList();
        Assert.Equal(
            [
                ((int)TransferKind.Deposit, (int)AccountKind.Cash, 0L, (int)credited, shop.Id, 100L, "CNY"),
                ((int)TransferKind.Deposit, (int)AccountKind.Cash, 0L, (int)credited, shop.Id, 23L, "CNY"),
            ],
            transfers);
        Assert.Equal(["storefront.depositRecorded", "storefront.depositRecorded", "storefront.created"], (await fixture.AuditOfAsync("storefront:shop-1")).Select(entry => entry.Action));
    }

    [Fact]
    public async Task OneKeyFromManyThreads_IsOneDeposit_AndAllGetTheSameAnswer()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.StorefrontAsync("shop-1", Settlement.Prepaid);

        var results = await CatalogueFixture.AtOnceAsync(24, _ => DepositAsync(fixture, "k1", 100));

        Assert.Single(results, result => !result.Value.IsRepeat);
        Assert.Single(results.Select(result => result.Value with { IsRepeat = false }).Distinct());
        Assert.Equal(1, await fixture.CountAsync("transfers"));
        Assert.Equal(100, await fixture.Data.ScalarAsync<long>("SELECT balance FROM wallets"));
    }

    [Fact]
    public async Task ManyKeysAtOnce_AddUp()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.StorefrontAsync("shop-1", Settlement.Prepaid);

        await CatalogueFixture.AtOnceAsync(24, i => DepositAsync(fixture, $"k{i}", 1 + i));

        Assert.Equal(24 * 25 / 2, await fixture.Data.ScalarAsync<long>("SELECT balance FROM wallets"));
        Assert.Equal(24 * 25 / 2, await fixture.Data.ScalarAsync<long>("SELECT sum(amount) FROM transfers"));
    }

    [Fact]
    public async Task Repeat_AnswersAsTheFirst_WhateverHasHappenedSince()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.CreateStorefront.RunAsync(new StorefrontFields { Code = "shop-1", Name = "shop", CreditLimit = new Money(50) }, CatalogueFixture.Operator);
        var first = (await DepositAsync(fixture, "k1", 100)).Value;

        await fixture.Data.ExecuteAsync("UPDATE wallets SET balance = balance - 70, held = 3");
        await fixture.UpdateStorefront.RunAsync("shop-1", new StorefrontFields { CreditLimit = new Money(1), Name = "new" }, CatalogueFixture.Operator);
        await DepositAsync(fixture, "k2", 5);
        var repeat = (await DepositAsync(fixture, "k1", 100)).Value;

        Assert.Equal((Money?)new Money(150), first.Available);
        Assert.Equal(first with { IsRepeat = true }, repeat);
    }

    [Fact]
    public async Task OtherContentUnderTheSameKey_IsRefused_ButAnotherOwnersKeyIsHisOwn()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.StorefrontAsync();
        await fixture.StorefrontAsync("shop-2");
        await DepositAsync(fixture, "k1", 100);

        var amount = await DepositAsync(fixture, "k1", 101);
        var currency = await fixture.RecordDeposit.RunAsync("shop-1", Fields(100) with { Currency = "USD" }, "k1", CatalogueFixture.Operator);
        var reference = await fixture.RecordDeposit.RunAsync("shop-1", Fields(100) with { Reference = "other" }, "k1", CatalogueFixture.Operator);
        var storefront = await fixture.RecordDeposit.RunAsync("shop-2", Fields(100), "k1", CatalogueFixture.Operator);
        var other = await fixture.RecordDeposit.RunAsync("shop-1", Fields(7), "k1", CatalogueFixture.Operator with { Name = "operator:wang" });

        Assert.All([amount, currency, reference, storefront], result => Assert.Equal(RefusalCode.IdempotencyMismatch, result.Refusal!.Code));
        Assert.Equal(new Money(107), other.Value.Balance);
        Assert.Equal(2, await fixture.CountAsync("transfers"));
    }

    [Fact]
    public async Task UnknownStorefront_IsNotFound_AndDoesNotUseUpTheKey()
    {
        using var fixture = await CatalogueFixture.CreateAsync();

        var missing = await DepositAsync(fixture, "k1", 100);
        await fixture.StorefrontAsync();
        var found = await DepositAsync(fixture, "k1", 100);

        Assert.Equal(RefusalCode.NotFound, missing.Refusal!.Code);
        Assert.False(found.Value.IsRepeat);
    }

    [Fact]
    public async Task Currencies_HaveWalletsOfTheirOwn()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var shop = await fixture.StorefrontAsync();
        await DepositAsync(fixture, "k1", 100);
        await fixture.RecordDeposit.RunAsync("shop-1", Fields(5) with { Currency = "USD" }, "k2", CatalogueFixture.Operator);

        var wallets = await fixture.Wallets.ListAsync(shop.Id, TestContext.Current.CancellationToken);

        Assert.Equal([("CNY", 100L), ("USD", 5L)], wallets.Select(wallet => (wallet.Currency, wallet.Balance.TenThousandths)));
    }

    private static DepositFields Fields(long amount) => new() { Amount = new Money(amount), Currency = "CNY", Reference = "bank 1" };

    private static Task<Result<RecordedDeposit>> DepositAsync(CatalogueFixture fixture, string key, long amount) =>
        fixture.RecordDeposit.RunAsync("shop-1", Fields(amount), key, CatalogueFixture.Operator);
}

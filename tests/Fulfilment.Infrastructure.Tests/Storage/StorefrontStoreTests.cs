using Fulfilment.Core;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class StorefrontStoreTests
{
    [Fact]
    public async Task EveryField_ComesBackAsItWasGiven()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var fields = new StorefrontFields
        {
            Code = "shop-1",
            Name = "店",
            Settlement = Settlement.Postpaid,
            CreditLimit = new Money(10_000),
            RatePerSecond = 5,
            StockDisplay = StockDisplay.Exact,
            HoldAbove = new Money(20_000),
            Active = false,
        };

        var created = (await fixture.CreateStorefront.RunAsync(fields, CatalogueFixture.Operator)).Value;

        Assert.Equal(created with { UpdatedAt = default }, fixture.Cache.Current.FindStorefront("shop-1")! with { UpdatedAt = default });
        Assert.Equal("storefront.created", Assert.Single(await fixture.AuditOfAsync("storefront:shop-1")).Action);
    }

    [Fact]
    public async Task OneCodeFromManyThreads_IsCreatedOnce()
    {
        using var fixture = await CatalogueFixture.CreateAsync();

        var results = await CatalogueFixture.AtOnceAsync(16, _ => fixture.CreateStorefront.RunAsync(
            new StorefrontFields { Code = "shop-1", Name = "shop" }, CatalogueFixture.Operator));

        Assert.Single(results, result => result.Refusal is null);
        Assert.Equal(15, results.Count(result => result.Refusal is { Code: RefusalCode.AlreadyExists, Param: "/code" }));
        Assert.Equal(1, await fixture.CountAsync("storefronts"));
    }

    [Fact]
    public async Task ChangesOfDifferentFieldsAtOnce_AllLast_AndNullClears()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.CreateStorefront.RunAsync(new StorefrontFields { Code = "shop-1", Name = "shop", RatePerSecond = 9 }, CatalogueFixture.Operator);
        StorefrontFields[] changes =
        [
            new() { Name = "new name" },
            new() { CreditLimit = new Money(7) },
            new() { RatePerSecond = new Optional<int?>(null) },
            new() { StockDisplay = StockDisplay.Exact },
        ];

        await CatalogueFixture.AtOnceAsync(changes.Length, i => fixture.UpdateStorefront.RunAsync("shop-1", changes[i], CatalogueFixture.Operator));

        var shop = fixture.Cache.Current.FindStorefront("shop-1")!;
        Assert.Equal(("new name", (Money?)new Money(7), (int?)null, StockDisplay.Exact), (shop.Name, shop.CreditLimit, shop.RatePerSecond, shop.StockDisplay));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 1)]
    public async Task Settlement_MayNotChange_WhileAWalletHasMoneyOrHolds(long balance, long held)
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var shop = await fixture.StorefrontAsync();
        await fixture.Data.ExecuteAsync(
            "INSERT INTO wallets (storefront_id, currency, balance, held) VALUES (@Id, 'CNY', @balance, @held)", new { shop.Id, balance, held });
        var toPrepaid = new StorefrontFields { Settlement = Settlement.Prepaid };

        var refused = await fixture.UpdateStorefront.RunAsync("shop-1", toPrepaid, CatalogueFixture.Operator);
        var other = await fixture.UpdateStorefront.RunAsync("shop-1", new StorefrontFields { Name = "new" }, CatalogueFixture.Operator);
        await fixture.Data.ExecuteAsync("UPDATE wallets SET balance = 0, held = 0");
        var changed = await fixture.UpdateStorefront.RunAsync("shop-1", toPrepaid, CatalogueFixture.Operator);

        Assert.Equal(new Refusal(RefusalCode.WalletNotEmpty, "/settlement"), refused.Refusal);
        Assert.Null(other.Refusal);
        Assert.Equal(Settlement.Prepaid, changed.Value.Settlement);
    }

    [Fact]
    public async Task SettlementAgainstDepositAtOnce_NeverLeavesMoneyUnderTheOtherSettlement()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        for (var round = 0; round < 20; round++)
        {
            var code = $"shop-{round}";
            var shop = await fixture.StorefrontAsync(code);
            var deposit = new DepositFields { Amount = new Money(5), Currency = "CNY" };

            await CatalogueFixture.AtOnceAsync<object>(2, async i => i == 0
                ? await fixture.UpdateStorefront.RunAsync(code, new StorefrontFields { Settlement = Settlement.Prepaid }, CatalogueFixture.Operator)
                : await fixture.RecordDeposit.RunAsync(code, deposit, $"k-{round}", CatalogueFixture.Operator));

            var prepaid = fixture.Cache.Current.FindStorefront(code)!.Settlement == Settlement.Prepaid;
            var account = await fixture.Data.ScalarAsync<int>("SELECT credit_account FROM transfers WHERE credit_subject = @Id", new { shop.Id });
            Assert.Equal(prepaid ? AccountKind.Deposit : AccountKind.Receivable, (AccountKind)account);
        }
    }
}

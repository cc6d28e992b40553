using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Storage;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Webhooks;

public sealed class LowAccountsTests
{
    [Fact]
    public async Task WalletBelowItsThreshold_IsToldOnce_WhicheverNodeLooks_AndAgainAfterItRecovered()
    {
        await using var engine = await StartAsync();
        var shop = await engine.AddStorefrontAsync(change: storefront => storefront with { Settlement = Settlement.Prepaid, LowBalance = Cny(100) });
        await engine.DepositAsync(shop.Code, Cny(99));
        var (one, other) = (new LowAccounts(engine.Storage.Database, engine.Ids), new LowAccounts(engine.Storage.OpenAnother(), engine.Ids));

        Assert.Equal(1, await LookAsync());
        Assert.Equal(0, await LookAsync());
        await engine.DepositAsync(shop.Code, Cny(1));
        Assert.Equal(0, await LookAsync());
        await engine.ChangeStorefrontAsync(shop.Code, storefront => storefront with { LowBalance = Cny(101) });
        shop = engine.Catalogue.FindStorefront(shop.Code)!;
        Assert.Equal(1, await LookAsync());

        Assert.Equal(2, await engine.CountAsync("outbox", "type = 16 AND waiting = 1"));

        async Task<long> LookAsync() => (await Task.WhenAll(
            one.MatchAsync([shop], engine.Time.GetUtcNow(), TestContext.Current.CancellationToken), other.MatchAsync([shop], engine.Time.GetUtcNow(), TestContext.Current.CancellationToken))).Sum();
    }
}

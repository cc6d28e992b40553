using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class CatalogueCacheTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task ChangeByAnotherProcess_IsSeenAtTheNextRefresh()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.CreateSku.RunAsync(CatalogueFixture.Sku(), CatalogueFixture.Operator);
        var command = fixture.Data.OpenAnother(besideHost: true);

        await new SkuStore(command, fixture.Ids).UpdateAsync("VIDEO-VIP-1M", sku => sku with { Price = new Money(7) }, CatalogueFixture.Operator);

        Assert.Equal(new Money(125_000), fixture.Cache.Current.FindSku("VIDEO-VIP-1M")!.Price);
        await fixture.Cache.RefreshAsync(Cancellation);
        Assert.Equal(new Money(7), fixture.Cache.Current.FindSku("VIDEO-VIP-1M")!.Price);
    }

    [Fact]
    public async Task WithoutAChange_TheSnapshotStaysTheSame()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.StorefrontAsync();
        var before = fixture.Cache.Current;

        await fixture.Cache.RefreshAsync(Cancellation);

        Assert.Same(before, fixture.Cache.Current);
    }

    [Fact]
    public async Task RefreshesAtOnceWithWriters_NeverGoBack_AndShowEachWritersOwnChange()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var versions = WatchAsync(fixture.Cache, stop.Token);

        var results = await CatalogueFixture.AtOnceAsync(20, async i =>
        {
            var code = $"SKU-{i}";
            await fixture.CreateSku.RunAsync(CatalogueFixture.Sku(code), CatalogueFixture.Operator);
            return fixture.Cache.Current.FindSku(code) is not null;
        });
        await stop.CancelAsync();

        Assert.All(results, Assert.True);
        Assert.Equal(20, fixture.Cache.Current.Version);
        var seen = await versions;
        Assert.Equal(seen.Order(), seen);
    }

    [Fact]
    public async Task ReadOfASnapshot_SeesOneMoment_EvenWhenAnotherWritesInBetween()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await fixture.StorefrontAsync();

        var (before, after) = await fixture.Data.Database.ReadSnapshotAsync(
            async connection =>
            {
                var first = await CountAsync(connection);
                await fixture.StorefrontAsync("shop-2");
                return (first, await CountAsync(connection));
            },
            Cancellation);

        Assert.Equal((1, 1), (before, after));
        Assert.Equal(2, await fixture.CountAsync("storefronts"));
    }

    private static Task<long> CountAsync(DbConnection connection) => connection.ExecuteScalarAsync<long>("SELECT count(*) FROM storefronts");

    private static Task<List<long>> WatchAsync(ICatalogue catalogue, CancellationToken stop) => Task.Run(async () =>
    {
        var seen = new List<long>();
        while (!stop.IsCancellationRequested)
        {
            seen.Add(catalogue.Current.Version);
            await Task.Yield();
        }

        return seen;
    }, CancellationToken.None);
}

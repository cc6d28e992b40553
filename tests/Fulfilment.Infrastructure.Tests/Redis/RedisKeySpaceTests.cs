using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Backups;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Redis;

public sealed class RedisKeySpaceTests
{
    [Fact]
    public async Task Nodes_OfOneDatabase_ShareAName_AndARestoredOneTakesAnother()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        var before = await PrefixAsync(fixture.Data.Database);

        Assert.Equal(before, await PrefixAsync(fixture.Data.OpenAnother()));

        // What restore and restored both do.
        await new RestoredRecords(fixture.Data.Database, fixture.Ids, fixture.Time).FreezeBatchesAsync(fixture.Time.GetUtcNow(), CatalogueFixture.Operator);
        Assert.NotEqual(before, await PrefixAsync(fixture.Data.Database));
    }

    private static async Task<string> PrefixAsync(IDatabase database)
    {
        var keys = new RedisKeySpace(database);
        await keys.LoadAsync();
        return keys.Prefix;
    }
}

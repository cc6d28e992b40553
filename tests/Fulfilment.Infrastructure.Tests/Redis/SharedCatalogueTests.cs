using Fulfilment.Core.Catalogue;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Redis;

/// <summary>Two nodes on one database and one Redis. Nothing here looks at the database by itself, so what the other node knows it has heard.</summary>
public sealed class SharedCatalogueTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private readonly RedisKeySpace _keys = new($"{Guid.NewGuid():N}");

    [Fact]
    public async Task Change_IsInForceAtTheOtherNode_WithoutPolling()
    {
        using var fixture = await CatalogueFixture.CreateAsync();
        await using var one = new Node(redis.Server, _keys, fixture.Data.Database);
        await using var other = new Node(redis.Server, _keys, fixture.Data.OpenAnother());
        await ListeningAsync(redis.Server, one, other);

        await CreateAsync(fixture, one, "HEARD-OF");

        Assert.NotNull(one.Catalogue.Current.FindSku("HEARD-OF"));
        await Eventually.UntilAsync(() => Task.FromResult(other.Catalogue.Current.FindSku("HEARD-OF") is not null));
        Assert.Equal(one.Catalogue.Current.Version, other.Catalogue.Current.Version);
    }

    [Fact]
    public async Task Change_IsHeardOf_AfterRedisWasAway()
    {
        await using var server = await RedisServer.StartAsync();
        using var fixture = await CatalogueFixture.CreateAsync();
        await using var one = new Node(server, _keys, fixture.Data.Database);
        await using var other = new Node(server, _keys, fixture.Data.OpenAnother());
        await ListeningAsync(server, one, other);

        await server.KillAsync();
        await CreateAsync(fixture, one, "IN-THE-DARK");
        Assert.NotNull(one.Catalogue.Current.FindSku("IN-THE-DARK"));
        Assert.Null(other.Catalogue.Current.FindSku("IN-THE-DARK"));
        await server.RestartAsync();
        await Eventually.UntilAsync(async () => await ListenersAsync(server) == 2);
        await CreateAsync(fixture, one, "HEARD-OF");

        await Eventually.UntilAsync(() => Task.FromResult(other.Catalogue.Current.FindSku("HEARD-OF") is not null));
        Assert.NotNull(other.Catalogue.Current.FindSku("IN-THE-DARK"));
    }

    private static Task CreateAsync(CatalogueFixture fixture, Node node, string code) =>
        new CreateSku(fixture.Skus, node.Catalogue, fixture.Ids, fixture.Time).RunAsync(CatalogueFixture.Sku(code), CatalogueFixture.Operator);

    private Task ListeningAsync(RedisServer server, params Node[] nodes)
    {
        Array.ForEach(nodes, node => node.Listen());
        return Eventually.UntilAsync(async () => await ListenersAsync(server) == nodes.Length);
    }

    private async Task<int> ListenersAsync(RedisServer server)
    {
        // The channel's name, and then how many listen.
        var answer = await server.CommandAsync("PUBSUB", "NUMSUB", $"{_keys.Prefix}catalogue");
        return int.Parse(answer.Split('\n')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class Node : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly CatalogueCache _cache;
        private readonly RedisConnection _connection;
        private Task _listening = Task.CompletedTask;

        public Node(RedisServer server, RedisKeySpace keys, IDatabase database)
        {
            (_cache, _connection) = (new CatalogueCache(database), new RedisConnection(server.ConnectionString));
            Catalogue = new SharedCatalogue(_cache, _connection, keys, NullLogger<SharedCatalogue>.Instance);
        }

        public SharedCatalogue Catalogue { get; }

        public void Listen() => _listening = Catalogue.RunAsync(_stop.Token);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAny(_listening);
            await _connection.DisposeAsync();
            _cache.Dispose();
            _stop.Dispose();
        }
    }
}

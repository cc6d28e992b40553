namespace Fulfilment.Infrastructure.Tests.Redis;

/// <summary>One Redis for the tests of a class that do it no harm; each has keys of its own.</summary>
public sealed class SharedRedis : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

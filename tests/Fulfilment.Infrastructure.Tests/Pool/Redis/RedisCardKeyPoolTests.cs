using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Redis;
using Fulfilment.Infrastructure.Tests.Compliance;
using Fulfilment.Infrastructure.Tests.Redis;

namespace Fulfilment.Infrastructure.Tests.Pool.Redis;

/// <summary>The pool in Redis does what every pool does, and what only one that is shared can do.</summary>
public sealed class RedisCardKeyPoolTests(SharedRedis redis) : CardKeyPoolCompliance, IClassFixture<SharedRedis>
{
    private readonly RedisKeySpace _keys = new($"{Guid.NewGuid():N}");
    private readonly GatedReader _reader = new();
    private RedisNode _node = null!;

    protected override ICardKeyPool CreatePool(ICardKeyWindowReader reader)
    {
        _reader.Inner = reader;
        _node = new RedisNode(redis.Server, _keys, RedisNode.Options(WindowSize), _reader);
        return _node.Pool;
    }

    protected override Task SettleAsync() => _node.Pool.SettleAsync();

    protected override Task PassPausesAsync() => _node.PassPausesAsync();

    protected override async Task ForgetTakesAsync()
    {
        await _node.EndLeasesAsync();
        await _node.Pool.SweepAsync();
    }

    protected override ValueTask DisposePoolAsync() => _node.DisposeAsync();
}

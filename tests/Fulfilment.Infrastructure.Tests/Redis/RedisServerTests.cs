using System.Net.Sockets;

namespace Fulfilment.Infrastructure.Tests.Redis;

/// <summary>Tests that rest on a Redis of their own rest on this.</summary>
public sealed class RedisServerTests
{
    [Fact]
    public async Task Restart_IsEmpty_UnlessASnapshotIsBroughtBack()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CommandAsync("SET", "name", "old");
        await server.SaveAsync();
        await server.CommandAsync("SET", "name", "new");

        await server.RestartAsync(withSnapshot: true);
        Assert.Equal("old", await server.CommandAsync("GET", "name"));

        await server.RestartAsync();
        Assert.Equal("", await server.CommandAsync("GET", "name"));
    }

    [Fact]
    public async Task Frozen_AnswersNothing_UntilThawed()
    {
        await using var server = await RedisServer.StartAsync();
        await server.FreezeAsync();
        var answer = server.CommandAsync("PING");

        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port, TestContext.Current.CancellationToken);
        Assert.False(answer.IsCompleted);

        await server.ThawAsync();
        Assert.Equal("PONG", await answer);
    }

    [Fact]
    public async Task Settings_AreTaken_AtTheStartAndLater()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "10mb");
        Assert.Equal("maxmemory\n10485760", await server.CommandAsync("CONFIG", "GET", "maxmemory"));

        await server.ConfigureAsync("maxmemory", "1mb");
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => server.CommandAsync("SET", "name", new string('x', 100_000)));
        Assert.Contains("OOM", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_IsGone()
    {
        await using var server = await RedisServer.StartAsync();
        await server.FreezeAsync();

        await server.KillAsync();

        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync("127.0.0.1", server.Port, TestContext.Current.CancellationToken).AsTask());
    }
}

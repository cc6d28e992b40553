using System.Collections.Concurrent;
using System.Diagnostics;
using Fulfilment.Infrastructure.Tests.Redis;

namespace Fulfilment.Host.Tests.Leaks;

/// <summary>Every command that a Redis is given, those of scripts among them: whatever it holds came with one.</summary>
internal sealed class RedisMonitor : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly Process _client;
    private readonly Task _reading;

    private RedisMonitor(Process client) => (_client, _reading) = (client, Task.Run(() => ReadAsync(client.StandardOutput)));

    public string Received => string.Join('\n', _commands);

    public static async Task<RedisMonitor> StartAsync(RedisServer redis)
    {
        var client = Process.Start(new ProcessStartInfo("redis-cli", ["-p", $"{redis.Port}", "MONITOR"]) { RedirectStandardOutput = true })!;
        Assert.Equal("OK", await client.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        return new RedisMonitor(client);
    }

    /// <summary>Once Redis has shown all that it was given until now.</summary>
    public async Task CatchUpAsync(RedisServer redis)
    {
        var last = $"seen-{Guid.NewGuid():N}";
        await redis.CommandAsync("ECHO", last);
        await Patience.UntilAsync(() => Received.Contains(last, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Kill();
        await _reading;
        _client.Dispose();
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } command)
        {
            _commands.Enqueue(command);
        }
    }
}

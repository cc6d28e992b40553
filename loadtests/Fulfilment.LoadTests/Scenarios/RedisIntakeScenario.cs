using Fulfilment.Infrastructure.Tests.Redis;
using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>Durable orders a second with the pool in Redis against the pool in process, in turns; one host each, on SQLite.</summary>
internal sealed class RedisIntakeScenario : IScenario
{
    private const int Connections = 256;

    public async Task RunAsync(Settings settings, Report report)
    {
        using var folder = Bench.Folder();
        using var redisFolder = Bench.Folder();
        await using var redis = await RedisServer.StartAsync();
        await using var inProcess = await ServerProcess.StartAsync("engine", folder.Path);
        await using var inRedis = await ServerProcess.StartAsync("engine", redisFolder.Path, new()
        {
            ["Pool__Provider"] = "Redis",
            ["Pool__ConnectionString"] = redis.ConnectionString,
            ["Testing__RedisWithSqlite"] = "true",
        });
        var key = await Bench.SetUpAsync(inProcess);
        var redisKey = await Bench.SetUpAsync(inRedis);
        var stock = 30_000L * settings.Seconds * (settings.Runs + 2);
        await Bench.ImportAsync(inProcess, 0, stock);
        await Bench.ImportAsync(inRedis, 0, stock);

        var load = new Load(Connections, settings.Seconds);
        for (var warmUp = 0; warmUp < 2; warmUp++)
        {
            await OrdersAsync(inProcess, key, load);
            await OrdersAsync(inRedis, redisKey, load);
        }

        var (own, shared) = (new List<double>(), new List<double>());
        for (var run = 0; run < settings.Runs; run++)
        {
            own.Add(await OrdersAsync(inProcess, key, load));
            shared.Add(await OrdersAsync(inRedis, redisKey, load));
        }

        report.Add("Durable orders, pool in process", $"{Bench.Median(own):N0}/s");
        report.Add("Durable orders, pool in Redis", $"{Bench.Median(shared):N0}/s");
        report.Add("Pool in Redis against in process", $"{Bench.Median(shared.Zip(own, (one, other) => one / other)):F2}×", "≥ 0.9×");
    }

    private static async Task<double> OrdersAsync(ServerProcess server, string key, Load load)
    {
        var result = await Wrk.RunAsync(new Uri(server.Address, "/v1/orders?include=codes"), key, load);
        return result is { Refused: 0, Broken: 0 }
            ? result.PerSecond
            : throw new InvalidOperationException($"{result.Refused} refused and {result.Broken} broken of {result.Requests}; the figures would mean nothing.");
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Durability;

/// <summary>A real host dies under after-sales, several times: what was answered stays, what was not is done by the same request, and nothing is half done.</summary>
public sealed class AfterSalesKillTests : IDisposable
{
    private const int Kills = 3;
    private const int Connections = 8;
    private const int Stock = 6_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-after-kill-").FullName;
    private readonly ConcurrentDictionary<string, string> _asked = new();
    private readonly ConcurrentDictionary<string, Case> _answered = new();

    [Fact]
    public async Task EveryAnsweredCase_SurvivesKill9_AndEveryOtherIsDoneByTheSameRequest()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var host = await HostProcess.StartAsync(_folder);
        await host.SkuAsync("ONE", more: ""","afterSales":{"automaticPerDay":100000}""");
        var key = await host.ShopAsync(scopes: ["orders", "codes", "afterSales"]);
        using (var imported = await host.ImportAsync("ONE", Enumerable.Range(0, Stock).Select(i => $"ONE-{i:D6}")))
        {
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        }

        for (var round = 0; round < Kills; round++)
        {
            await LoadUntilKilledAsync(host, key, round, random.Next(20, 120), random.Next());
            await host.DisposeAsync();
            host = await HostProcess.StartAsync(_folder);
            await RepeatAsync(host, key);
        }

        await using (host)
        {
            await AssertAnsweredAsync(host, key, $"seed {seed}");
            Assert.Equal(0, await host.TerminateAsync());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{_answered.Count} cases");
        await EngineChecks.AssertSoundAsync(_folder, $"seed {seed}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task LoadUntilKilledAsync(HostProcess host, string key, int round, int killAfter, int seed)
    {
        var answered = 0;
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connections = Enumerable.Range(0, Connections).Select(connection => Task.Run(async () =>
        {
            var random = new Random(seed + connection);
            for (var i = 0; ; i++)
            {
                if (await PlaceAsync(host, key, $"{round}-{connection}-{i}") is not { } order)
                {
                    return;
                }

                var kind = random.Next(2) == 0 ? "refund" : "replacement";
                _asked[order.Id] = $$"""{"kind":"{{kind}}","unitIds":["{{order.Unit}}"],"reason":"test"}""";
                if (!await AskAsync(host, key, order.Id))
                {
                    return;
                }

                if (Interlocked.Increment(ref answered) == killAfter)
                {
                    killed.SetResult();
                }
            }
        })).ToArray();
        await Task.WhenAny(killed.Task, Task.WhenAll(connections));
        Assert.True(killed.Task.IsCompleted, $"The host stopped answering before it was killed: {host.Output}");
        await host.KillAsync();
        await Task.WhenAll(connections);
    }

    private async Task RepeatAsync(HostProcess host, string key)
    {
        foreach (var order in _asked.Keys.Except(_answered.Keys).ToList())
        {
            Assert.True(await AskAsync(host, key, order));
        }
    }

    // Null when the connection broke before the whole answer was there.
    private static async Task<(string Id, string Unit)?> PlaceAsync(HostProcess host, string key, string reference)
    {
        try
        {
            using var answer = await host.PostAsync(
                "/v1/orders?include=codes", key, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"ONE","quantity":2}]}""");
            var order = await answer.JsonAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.Created, order.ToString());
            return (order.GetProperty("id").GetString()!, order.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("id").GetString()!);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private async Task<bool> AskAsync(HostProcess host, string key, string order)
    {
        try
        {
            using var answer = await host.PostAsync($"/v1/orders/{order}/after-sales", key, _asked[order], ("Idempotency-Key", order));
            var body = await answer.JsonAsync();
            Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, body.ToString());
            Assert.True(_answered.TryAdd(order, Case.Read(body)));
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }
    }

    // Two units were sold; one came back. Either another took its place, or its price went back.
    private async Task AssertAnsweredAsync(HostProcess host, string key, string seed)
    {
        await Parallel.ForEachAsync(_answered, new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = TestContext.Current.CancellationToken }, async (pair, _) =>
        {
            using var answer = await host.GetAsync($"/v1/after-sales/{pair.Value.Id}", key);
            Assert.Equal(pair.Value, Case.Read(await answer.JsonAsync()));
            Assert.Equal("done", pair.Value.Status);
            using var shown = await host.GetAsync($"/v1/orders/{pair.Key}", key);
            var order = await shown.JsonAsync();
            Assert.True(order.GetProperty("version").GetInt32() == 2, seed);
            Assert.Equal(
                pair.Value.NewUnit is null ? ["refunded", "delivered"] : ["replaced", "delivered", "delivered"],
                order.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(unit => unit.GetProperty("status").GetString()));
        });
    }

    private sealed record Case(string Id, string Status, string? NewUnit, string? Refunded)
    {
        public static Case Read(JsonElement body)
        {
            var unit = body.GetProperty("units")[0];
            return new(
                body.GetProperty("id").GetString()!, body.GetProperty("status").GetString()!, unit.GetProperty("newUnitId").GetString(), unit.GetProperty("refunded").GetString());
        }
    }
}

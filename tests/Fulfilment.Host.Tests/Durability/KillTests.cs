using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Durability;

/// <summary>Promise 3: what was answered survives <c>kill -9</c>. A real host process dies under load, several times, and nothing of it is lost or doubled.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 4;
    private const int Connections = 12;
    private const int Stock = 12_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-kill-").FullName;
    private readonly ConcurrentDictionary<string, Order> _acknowledged = new();
    private readonly ConcurrentDictionary<string, byte> _sent = new();

    [Fact]
    public async Task EveryAcknowledgedOrder_SurvivesKill9_WithItsCodes_AndNoneTwice()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (host, key) = await SeedAsync();
        for (var round = 0; round < Kills; round++)
        {
            await LoadUntilKilledAsync(host, key, round, random.Next(20, 400), random.Next());
            await host.DisposeAsync();
            host = await HostProcess.StartAsync(_folder);
            await RepeatUnacknowledgedAsync(host, key);
        }

        await using (host)
        {
            await AssertAcknowledgedAsync(host, key);
            Assert.Equal(0, await host.TerminateAsync());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{_acknowledged.Count} acknowledged orders");
        var codes = _acknowledged.Values.SelectMany(order => order.Codes).ToList();
        Assert.True(codes.Count == codes.Distinct().Count(), $"seed {seed}: a code was answered twice");
        await AssertDatabaseAsync(codes.Count, $"seed {seed}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(HostProcess Host, string Key)> SeedAsync()
    {
        var host = await HostProcess.StartAsync(_folder);
        await host.SkuAsync("ONE", "12.50");
        await host.SkuAsync("TWO", "3.00");
        var key = await host.ShopAsync();
        foreach (var sku in (string[])["ONE", "TWO"])
        {
            using var imported = await host.ImportAsync(sku, Enumerable.Range(0, Stock).Select(i => $"{sku}-{i:D6}"));
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        }

        return (host, key);
    }

    // Kills the host once it has acknowledged so many orders, while others are on their way.
    private async Task LoadUntilKilledAsync(HostProcess host, string key, int round, int killAfter, int seed)
    {
        var acknowledged = 0;
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connections = Enumerable.Range(0, Connections).Select(connection => Task.Run(async () =>
        {
            var random = new Random(seed + connection);
            for (var i = 0; ; i++)
            {
                var reference = $"{round}-{connection}-{i}-{random.Next(1, 4)}";
                if (!await PlaceAsync(host, key, reference))
                {
                    return;
                }

                if (Interlocked.Increment(ref acknowledged) == killAfter)
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

    // What a storefront does after a time-out: it posts the same again, and once more.
    private async Task RepeatUnacknowledgedAsync(HostProcess host, string key)
    {
        var open = _sent.Keys.Except(_acknowledged.Keys).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{open.Count} orders were on their way");
        foreach (var reference in open)
        {
            Assert.True(await PlaceAsync(host, key, reference));
            var first = _acknowledged[reference];
            using var again = await host.PostAsync("/v1/orders?include=codes", key, Body(reference));
            Assert.Equal(HttpStatusCode.OK, again.StatusCode);
            AssertSame(first, Order.Read(await again.JsonAsync()));
        }
    }

    // False when the connection broke before the whole answer was there.
    private async Task<bool> PlaceAsync(HostProcess host, string key, string reference)
    {
        _sent.TryAdd(reference, 0);
        try
        {
            using var answer = await host.PostAsync("/v1/orders?include=codes", key, Body(reference));
            var body = await answer.JsonAsync();
            Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK, body.ToString());
            Assert.True(_acknowledged.TryAdd(reference, Order.Read(body)));
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private async Task AssertAcknowledgedAsync(HostProcess host, string key)
    {
        await Parallel.ForEachAsync(_acknowledged, new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = TestContext.Current.CancellationToken }, async (pair, _) =>
        {
            using var answer = await host.GetAsync($"/v1/orders/{pair.Value.Id}?include=codes", key);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            AssertSame(pair.Value, Order.Read(await answer.JsonAsync()));
        });
    }

    private async Task AssertDatabaseAsync(int codes, string seed)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(_folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        Assert.True(await database.ExecuteScalarAsync<string>("PRAGMA integrity_check") == "ok", seed);
        Assert.True(await database.ExecuteScalarAsync<long>("SELECT count(*) FROM orders") == _acknowledged.Count, seed);
        Assert.True(await database.ExecuteScalarAsync<long>("SELECT count(*) FROM units") == codes, seed);
        Assert.True(await database.ExecuteScalarAsync<long>("SELECT count(DISTINCT card_key_id) FROM units") == codes, seed);
        await database.CloseAsync();
        await EngineChecks.AssertSoundAsync(_folder, seed);
    }

    // The reference says what is ordered: its last digit is the number of units.
    private static string Body(string reference)
    {
        var quantity = reference[^1] - '0';
        var second = quantity == 3 ? """,{"sku":"TWO","quantity":1}""" : "";
        return $$$"""{"clientReference":"{{{reference}}}","currency":"CNY","lines":[{"sku":"ONE","quantity":{{{quantity}}}}{{{second}}}],"metadata":{"row":"{{{reference}}}"}}""";
    }

    private static void AssertSame(Order acknowledged, Order now)
    {
        Assert.Equal(acknowledged.Id, now.Id);
        Assert.Equal("fulfilled", now.Status);
        Assert.Equal(acknowledged.Codes, now.Codes);
    }

    private sealed record Order(string Id, string Status, IReadOnlyList<string> Codes)
    {
        public static Order Read(JsonElement order) => new(
            order.GetProperty("id").GetString()!,
            order.GetProperty("status").GetString()!,
            [.. order.GetProperty("lines").EnumerateArray().SelectMany(line => line.GetProperty("units").EnumerateArray())
                .Select(unit => unit.GetProperty("code").GetProperty("secret").GetString()!)]);
    }
}

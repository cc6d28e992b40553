using System.Diagnostics;
using System.Globalization;
using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>Two thousand webhooks a second to a local receiver beside orders at half their peak: one storefront is told of its orders, the other is not.</summary>
internal sealed class WebhooksScenario : IScenario
{
    private const int Connections = 128;

    // A little more than has to come: arrivals are drawn.
    private const double EventsPerSecond = 2_050;

    public async Task RunAsync(Settings settings, Report report)
    {
        using var folder = Bench.Folder();
        await using var receiver = await ServerProcess.StartAsync("receiver", folder.Path);
        await using var engine = await ServerProcess.StartAsync("engine", folder.Path, new() { ["Webhooks__AllowPrivateAddresses"] = "true" });
        var quiet = await Bench.SetUpAsync(engine);
        var told = await ToldShopAsync(engine, receiver);
        await Bench.ImportAsync(engine, 0, 9_000L * settings.Seconds * ((2 * settings.Runs) + 4));
        var orders = new Uri(engine.Address, "/v1/orders?include=codes");
        var full = new Load(Connections, settings.Seconds);
        await Wrk.RunAsync(orders, quiet, full);
        await Wrk.RunAsync(orders, quiet, full);
        var peaks = new List<double>();
        for (var run = 0; run < settings.Runs; run++)
        {
            peaks.Add((await Wrk.RunAsync(orders, quiet, full)).PerSecond);
        }

        var half = Bench.Median(peaks) / 2;
        var seconds = Math.Max(settings.Seconds, 10);
        var (rates, p99, behind, placed) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < settings.Runs; run++)
        {
            var (before, began) = (await CountAsync(receiver), Stopwatch.GetTimestamp());
            var both = await Task.WhenAll(
                Wrk.RunAsync(orders, told, new Load(Connections / 2, seconds, EventsPerSecond, IsSteady: true)),
                Wrk.RunAsync(orders, quiet, new Load(Connections / 2, seconds, Math.Max(half - EventsPerSecond, 100), IsSteady: true)));
            var (after, lasted) = (await CountAsync(receiver), Stopwatch.GetElapsedTime(began));
            rates.Add((after - before) / lasted.TotalSeconds);
            p99.Add(both.Max(result => result.P99));
            behind.Add(both[0].Requests - (after - before));
            placed.Add(both.Sum(result => result.PerSecond));
            await DrainAsync(receiver);
        }

        report.Add("Webhooks delivered beside orders at half their peak", $"{Bench.Median(rates):N0}/s, {Bench.Median(behind):N0} behind at the end of {seconds} s", "≥ 2,000/s");
        report.Add("Orders beside them", $"p99 {Bench.Median(p99):F1} ms at {Bench.Median(placed):N0}/s; half the peak is {half:N0}/s", "p99 < 60 ms");
    }

    private static async Task<string> ToldShopAsync(ServerProcess engine, ServerProcess receiver)
    {
        await Bench.PostAsync(engine, "/v1/admin/storefronts", """{"code":"told","name":"Told","settlement":"postpaid"}""");
        var key = (await Bench.PostAsync(engine, "/v1/admin/keys", """{"owner":"storefront:told","scopes":["orders","codes"]}""")).GetProperty("key").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/webhook-endpoints")
        {
            Content = new StringContent($$"""{"url":"{{new Uri(receiver.Address, "/hook")}}","types":null}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await engine.Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return key;
    }

    private static async Task<long> CountAsync(ServerProcess receiver) => long.Parse(await receiver.Client.GetStringAsync("/count"), CultureInfo.InvariantCulture);

    // Until nothing has come for a second.
    private static async Task DrainAsync(ServerProcess receiver)
    {
        for (var (last, now) = (-1L, await CountAsync(receiver)); last != now; (last, now) = (now, await CountAsync(receiver)))
        {
            await Task.Delay(1_000);
        }
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using Dapper;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.LoadTests.Servers;
using Microsoft.Data.Sqlite;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>Units from a supplier that takes 300 ms over each, 200 a second, and what that does to the latency of orders served from the pool.</summary>
internal sealed class SupplyScenario : IScenario
{
    public const string Sku = "BENCH-SUPPLIED";

    private const int UnitsPerSecond = 200;
    private const int Connections = 64;

    // Until the runtime has compiled what a unit passes through: after 20 s that was still half of the engine's work.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(60);

    // Well below the peak of two cores that engine, supplier and load share: the question is what suppliers add, not where the machine ends.
    private const double OrdersPerSecond = 1_500;

    public async Task RunAsync(Settings settings, Report report)
    {
        using var folder = Bench.Folder();
        await using var supplier = await ServerProcess.StartAsync("supplier", folder.Path);
        await using var engine = await ServerProcess.StartAsync("engine", folder.Path);
        var key = await Bench.SetUpAsync(engine);
        await SetUpSupplierAsync(engine, supplier);
        await Bench.ImportAsync(engine, 0, (long)(OrdersPerSecond * (WarmUp.TotalSeconds + (settings.Seconds * 2 * settings.Runs))) + 100_000);

        await SustainAsync(engine, key, folder.Path, settings, report);
        await CompareAsync(engine, key, settings, report);
    }

    private static async Task SetUpSupplierAsync(ServerProcess engine, ServerProcess supplier)
    {
        var definition = JsonNode.Parse(await File.ReadAllTextAsync(SupplierServer.Definition))!.AsObject();
        definition.Remove("limits");
        var settings = new JsonObject
        {
            ["definition"] = definition,
            ["baseUrl"] = supplier.Address.ToString().TrimEnd('/'),
            ["callbackUrl"] = new Uri(engine.Address, "/v1/suppliers/bench-supplier/callbacks").ToString(),
            ["secrets"] = new JsonObject([.. SupplierServer.Secrets.Select(secret => KeyValuePair.Create(secret.Key, (JsonNode?)secret.Value))]),
            ["limits"] = new JsonObject { ["concurrency"] = 400 },
        };
        await Bench.PostAsync(engine, "/v1/admin/suppliers", new JsonObject { ["code"] = "bench-supplier", ["name"] = "Bench", ["adapter"] = "declarative", ["settings"] = settings }.ToJsonString());
        await Bench.PostAsync(engine, "/v1/admin/skus", $$"""
            {"code":"{{Sku}}","name":"Bench","kind":"topUp","currency":"CNY","price":"12.50","recipientMode":"required",
             "routes":[{"source":"supplier","supplier":"bench-supplier","supplierSku":"T1001","unitCost":"10.00"}]}
            """);
    }

    private static async Task SustainAsync(ServerProcess engine, string key, string folder, Settings settings, Report report)
    {
        var seconds = Math.Max(4 * settings.Seconds, 10);
        await using var feeder = new SupplyFeeder(engine, key, $"F{Environment.ProcessId}S", UnitsPerSecond);
        await Wrk.RunAsync(Orders(engine), key, new Load(Connections, (int)WarmUp.TotalSeconds, OrdersPerSecond));
        var (before, began) = (Delivered(folder), Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var (after, lasted) = (Delivered(folder), Stopwatch.GetElapsedTime(began));
        await feeder.StopAsync();
        var behind = feeder.Units - Delivered(folder);
        var draining = Stopwatch.GetTimestamp();
        while (Delivered(folder) < feeder.Units)
        {
            await Task.Delay(50);
        }

        report.Add(
            $"Units from a supplier with {SupplierServer.Delay.TotalMilliseconds:N0} ms delay, for {seconds} s",
            $"{(after - before) / lasted.TotalSeconds:N0}/s delivered of {UnitsPerSecond}/s ordered; {behind} open at the end, delivered {Stopwatch.GetElapsedTime(draining).TotalSeconds:F1} s later",
            "200/s sustained");
    }

    private static async Task CompareAsync(ServerProcess engine, string key, Settings settings, Report report)
    {
        var (orders, load) = (Orders(engine), new Load(Connections, settings.Seconds, OrdersPerSecond));
        var (without, beside) = (new List<WrkResult>(), new List<WrkResult>());
        for (var run = 0; run < settings.Runs; run++)
        {
            without.Add(await Wrk.RunAsync(orders, key, load));
            await using var feeder = new SupplyFeeder(engine, key, $"F{Environment.ProcessId}C{run}", UnitsPerSecond);
            await Task.Delay(TimeSpan.FromSeconds(1.5));
            beside.Add(await Wrk.RunAsync(orders, key, load));
            await feeder.StopAsync();
            await Task.Delay(TimeSpan.FromSeconds(1.5));
        }

        var (alone, together) = (Bench.Median(without.Select(run => run.P99)), Bench.Median(beside.Select(run => run.P99)));
        report.Add($"Orders from the pool at {OrdersPerSecond:N0}/s, alone", $"p50 {Bench.Median(without.Select(run => run.P50)):F1} ms, p99 {alone:F1} ms at {Bench.Median(without.Select(run => run.PerSecond)):N0}/s");
        report.Add(
            $"The same beside {UnitsPerSecond} units/s from the supplier",
            $"p50 {Bench.Median(beside.Select(run => run.P50)):F1} ms, p99 {together:F1} ms, {together / alone:F2}× ({beside.Sum(run => run.Refused)} refused)", "p99 ≤ 1.3×");
    }

    private static Uri Orders(ServerProcess engine) => new(engine.Address, "/v1/orders?include=codes");

    private static long Delivered(string folder)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(folder, SqliteDatabase.FileName)};Mode=ReadOnly;Pooling=False");
        return database.ExecuteScalar<long>("SELECT count(*) FROM attempts WHERE state = 20");
    }
}

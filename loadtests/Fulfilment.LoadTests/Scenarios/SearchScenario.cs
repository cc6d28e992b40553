using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>
/// How long every list by every combination of its filters, the search for a person and an account's movements take with very many orders. One request
/// at a time from the same machine, so what the client measures is a little more than the server takes.
/// </summary>
internal sealed class SearchScenario : IScenario
{
    private const double BarMs = 50;
    private const int Seed = 20261122;
    private const int WarmUp = 200;

    private static readonly string[] Storefronts = ["bench", "shop-2", "shop-3", "shop-4"];
    private static readonly string[] Skus = [.. Enumerable.Range(1, 20).Select(i => $"SKU-{i}"), "RARE"];
    private static readonly string?[] Statuses = [null, "held", "processing", "fulfilled", "partiallyFulfilled", "failed", "cancelled", "refunded"];

    public async Task RunAsync(Settings settings, Report report)
    {
        using var folder = Bench.Folder();
        string key;
        await using (var engine = await ServerProcess.StartAsync("engine", folder.Path))
        {
            key = await Bench.SetUpAsync(engine);
            foreach (var sku in Skus)
            {
                await Bench.PostAsync(engine, "/v1/admin/skus", $$"""{"code":"{{sku}}","name":"{{sku}}","kind":"cardKey","currency":"CNY","price":"12.50"}""");
            }

            foreach (var storefront in Storefronts.Skip(1))
            {
                await Bench.PostAsync(engine, "/v1/admin/storefronts", $$"""{"code":"{{storefront}}","name":"{{storefront}}","settlement":"postpaid"}""");
            }
        }

        Console.WriteLine($"Generating {settings.Orders:N0} orders with random numbers of seed {Seed} …");
        var took = GeneratedOrders.Fill(folder.Path, settings.Orders, Storefronts, Skus);
        var size = new FileInfo(Path.Combine(folder.Path, SqliteDatabase.FileName)).Length;
        report.Add($"{settings.Orders:N0} orders generated", $"{took.TotalSeconds:F0} s, {size / 1e9:F1} GB");

        await using (var engine = await ServerProcess.StartAsync("engine", folder.Path))
        {
            var client = new Client(engine, key, settings);
            await client.MeasureAsync(report, "Orders of a storefront, by every combination of filters", OrderLists("/v1/orders", settings.Orders, admin: false));
            await client.MeasureAsync(report, "Orders for operators, by every combination of filters", OrderLists("/v1/admin/orders", settings.Orders, admin: true));
            await client.MeasureAsync(report, "Benefit search", [.. Searches()]);
            await client.MeasureAsync(report, "Account entries", [.. Accounts(settings.Orders)]);
        }
    }

    // Times and cursors differ from request to request, so that pages deep in the list are among those measured.
    private static List<Query> OrderLists(string path, long orders, bool admin)
    {
        var queries = new List<Query>();
        foreach (var storefront in admin ? [null, "bench", "shop-4"] : (string?[])[null])
        {
            foreach (var status in Statuses)
            {
                foreach (var sku in (string?[])[null, "SKU-3", "RARE"])
                {
                    foreach (var range in new[] { "", "from", "to", "from to" })
                    {
                        foreach (var reference in new[] { false, true })
                        {
                            if (!admin || sku is null || storefront is not null || reference)
                            {
                                var name = string.Join(' ', ((string?[])[storefront, status, sku, range, reference ? "clientReference" : null]).Where(part => !string.IsNullOrEmpty(part)));
                                queries.Add(new Query(name.Length == 0 ? "no filter" : name, random =>
                                {
                                    var parts = new List<string>();
                                    Add(parts, "storefront", storefront);
                                    Add(parts, "status", status);
                                    Add(parts, "sku", sku);
                                    var middle = random.NextInt64(orders);
                                    Add(parts, "from", range.Contains("from", StringComparison.Ordinal) ? Time(middle * 9 / 10, orders) : null);
                                    Add(parts, "to", range.Contains("to", StringComparison.Ordinal) ? Time(middle, orders) : null);
                                    Add(parts, "clientReference", reference ? string.Create(CultureInfo.InvariantCulture, $"R-{random.NextInt64(orders)}") : null);
                                    return ($"{path}?{string.Join('&', parts)}", null);
                                }, admin));
                            }
                        }
                    }
                }
            }
        }

        return queries;
    }

    private static IEnumerable<Query> Searches()
    {
        const string Path = "/v1/benefits/search";
        yield return new Query("a person", random => (Path, $$"""{"recipient":"139{{random.Next(GeneratedOrders.People):D8}}"}"""));
        yield return new Query("a buyer", random => (Path, $$"""{"buyerReference":"buyer-{{random.Next(500_000)}}"}"""));
        yield return new Query("a person with thousands of orders", _ => (Path, $$"""{"recipient":"{{GeneratedOrders.Heavy}}"}"""));
        yield return new Query("200 units of that person", _ => ($"{Path}?limit=200", $$"""{"recipient":"{{GeneratedOrders.Heavy}}"}"""));
        yield return new Query("nobody", random => (Path, $$"""{"recipient":"nobody-{{random.Next()}}"}"""));
    }

    private static IEnumerable<Query> Accounts(long orders)
    {
        foreach (var currency in (string?[])[null, "CNY", "USD", "EUR"])
        {
            foreach (var range in new[] { "", "from", "to", "from to" })
            {
                yield return new Query($"entries {currency} {range}", random =>
                {
                    var parts = new List<string>();
                    Add(parts, "currency", currency);
                    var middle = random.NextInt64(orders);
                    Add(parts, "from", range.Contains("from", StringComparison.Ordinal) ? Time(middle * 9 / 10, orders) : null);
                    Add(parts, "to", range.Contains("to", StringComparison.Ordinal) ? Time(middle, orders) : null);
                    return ($"/v1/account/entries?{string.Join('&', parts)}", null);
                });
            }
        }

        yield return new Query("account", _ => ("/v1/account", null));
    }

    private static void Add(List<string> parts, string name, string? value)
    {
        if (value is not null)
        {
            parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }
    }

    private static string Time(long order, long orders) =>
        IdGenerator.TimeOf(GeneratedOrders.IdOf(order, orders)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A kind of request: its name, its address and body, each time another.</summary>
    private sealed record Query(string Name, Func<Random, (string Path, string? Body)> Next, bool Operator = false);

    private sealed class Client(ServerProcess server, string key, Settings settings)
    {
        private readonly Random _random = new(Seed);

        public async Task MeasureAsync(Report report, string what, List<Query> queries)
        {
            var all = new List<double>();
            var (slowest, slowestP95) = ("", 0.0);
            var missed = new List<string>();

            // Until the paths are compiled and the pages that every request needs are in memory; each measured request still asks for another part.
            for (var i = 0; i < WarmUp; i++)
            {
                _ = await TimeAsync(queries[_random.Next(queries.Count)]);
            }

            foreach (var query in queries)
            {
                var times = new List<double>();
                for (var i = 0; i < settings.Requests; i++)
                {
                    times.Add(await TimeAsync(query));
                }

                times.Sort();
                var p95 = At(times, 0.95);
                if (p95 > slowestP95)
                {
                    (slowest, slowestP95) = (query.Name, p95);
                }

                if (times[^1] > BarMs)
                {
                    missed.Add(string.Create(CultureInfo.InvariantCulture, $"{query.Name}: p50 {At(times, 0.5):F1} ms, p95 {p95:F1} ms, max {times[^1]:F1} ms"));
                }

                all.AddRange(times);
            }

            all.Sort();
            report.Add(
                $"{what} ({queries.Count} kinds)",
                string.Create(CultureInfo.InvariantCulture, $"p50 {At(all, 0.5):F1} ms, p95 {At(all, 0.95):F1} ms, max {all[^1]:F1} ms; slowest by p95: {slowest}, {slowestP95:F1} ms; {missed.Count} kinds with a request over {BarMs:F0} ms"),
                "< 50 ms");
            foreach (var line in missed)
            {
                Console.WriteLine($"  over {BarMs:F0} ms: {line}");
            }
        }

        private async Task<double> TimeAsync(Query query)
        {
            var (path, body) = query.Next(_random);
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", query.Operator ? Bench.OperatorKey : key);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            var started = Stopwatch.GetTimestamp();
            using var answer = await server.Client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            return answer.IsSuccessStatusCode ? took : throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {text}");
        }

        private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
    }
}

using System.Diagnostics;
using Dapper;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Host;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.LoadTests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>
/// Whether what was sold before makes a look at what is due any longer: two hosts that do not work by themselves, with the same open orders, one of them with
/// very many finished units beside. Each look is taken in turn on both.
/// </summary>
internal sealed class HistoryScenario : IScenario
{
    private const int OpenOrders = 300;
    private const int AtOnce = 100;
    private const int RoundsARun = 20;
    private const int WarmUp = 20;

    private static readonly CancellationToken None = CancellationToken.None;

    public async Task RunAsync(Settings settings, Report report)
    {
        using var emptyFolder = Bench.Folder();
        using var fullFolder = Bench.Folder();
        await FillAsync(emptyFolder.Path, 0);
        var filled = Stopwatch.GetTimestamp();
        await FillAsync(fullFolder.Path, settings.History);
        var size = new FileInfo(Path.Combine(fullFolder.Path, SqliteDatabase.FileName)).Length;
        report.Add($"{settings.History:N0} finished units generated", $"{Stopwatch.GetElapsedTime(filled).TotalSeconds:F0} s, {size / 1e9:F1} GB");

        await using var empty = await OpenAsync(emptyFolder.Path);
        await using var full = await OpenAsync(fullFolder.Path);
        (string What, Func<WebApplication, string, Task<double>> Look)[] looks =
        [
            ($"Reading {AtOnce} units to submit and {AtOnce} to ask for", (app, _) => ReadDueAsync(app)),
            ($"Watching {OpenOrders} open orders", WatchAsync),
            ("A sweep over held orders with none due", (app, _) => SweepAsync(app)),
        ];
        foreach (var (what, look) in looks)
        {
            var (without, with) = (new List<double>(), new List<double>());
            for (var round = 0; round < WarmUp + (settings.Runs * RoundsARun); round++)
            {
                var (one, other) = (await look(empty, emptyFolder.Path), await look(full, fullFolder.Path));
                if (round >= WarmUp)
                {
                    without.Add(one);
                    with.Add(other);
                }
            }

            report.Add(
                $"{what}, {settings.History:N0} finished units against none",
                $"{Bench.Median(with.Zip(without, (one, other) => one / other)):F2}× ({Bench.Median(with):F2} ms against {Bench.Median(without):F2} ms)", "about 1×");
        }
    }

    private static async Task<WebApplication> OpenAsync(string folder)
    {
        var builder = FulfilmentApp.CreateBuilder();
        builder.Configuration["Storage:Path"] = folder;
        builder.Configuration["Urls"] = "http://127.0.0.1:0";
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var app = await FulfilmentApp.BuildAsync(builder, HostRoles.Read(builder.Configuration) with { Worker = false }, null, None);
        await app.StartAsync();
        return app;
    }

    private static async Task<double> ReadDueAsync(WebApplication app)
    {
        var (store, now) = (app.Services.GetRequiredService<IFulfilmentStore>(), DateTimeOffset.UtcNow);
        var began = Stopwatch.GetTimestamp();
        var (pending, submitted) = (await store.FindPendingAsync(now, AtOnce, None), await store.FindSubmittedAsync(now, AtOnce, None));
        return pending.Count == AtOnce && submitted.Count == AtOnce
            ? Stopwatch.GetElapsedTime(began).TotalMilliseconds
            : throw new InvalidOperationException($"{pending.Count} and {submitted.Count} units are due.");
    }

    // Each look puts off the orders it has seen, so they are made due again before the next.
    private static async Task<double> WatchAsync(WebApplication app, string folder)
    {
        await using (var beside = Open(folder))
        {
            await beside.ExecuteAsync("UPDATE orders SET due_at = 1 WHERE status = 11");
        }

        var began = Stopwatch.GetTimestamp();
        var seen = await app.Services.GetRequiredService<WatchOrders>().RunAsync(None);
        return seen == OpenOrders ? Stopwatch.GetElapsedTime(began).TotalMilliseconds : throw new InvalidOperationException($"{seen} orders were due.");
    }

    private static async Task<double> SweepAsync(WebApplication app)
    {
        var began = Stopwatch.GetTimestamp();
        await app.Services.GetRequiredService<SettleHeldOrder>().CancelDueAsync(None);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static async Task FillAsync(string folder, long history)
    {
        await using (var engine = await ServerProcess.StartAsync("engine", folder))
        {
            await Bench.SetUpAsync(engine);
        }

        await using var connection = Open(folder);
        await connection.ExecuteAsync("PRAGMA synchronous = OFF; PRAGMA cache_size = -500000");
        await connection.ExecuteAsync("BEGIN IMMEDIATE");
        foreach (var statement in Statements)
        {
            await connection.ExecuteAsync(statement, new { history, last = history + OpenOrders - 1, now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() }, commandTimeout: 0);
        }

        await connection.ExecuteAsync("COMMIT TRANSACTION");
    }

    /// <summary>An order of one unit each: first those that a supplier has delivered, then those that are open, every other one at a supplier.</summary>
    private static readonly string[] Statements =
    [
        """
        CREATE TEMP TABLE made AS
        WITH RECURSIVE number (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM number WHERE i < @last)
        SELECT (40000000000 + i * 10) << 22 AS id, i, CASE WHEN i < @history THEN 20 ELSE 11 END AS status,
               CASE WHEN i < @history THEN 20 WHEN i % 2 = 0 THEN 10 ELSE 12 END AS state,
               (SELECT id FROM storefronts) AS shop, (SELECT id FROM skus) AS sku, @now AS at
        FROM number
        """,
        """
        INSERT INTO orders (id, storefront_id, client_reference, content_hash, status, version, currency, amount, open_units, allow_partial, source, completed_at, due_at)
        SELECT id, shop, 'H-' || i, randomblob(16), status, 1, 'CNY', 125000, status = 11, 0, 1, CASE WHEN status = 20 THEN at END, CASE WHEN status = 11 THEN at END FROM made
        """,
        """
        INSERT INTO order_lines (order_id, id, storefront_id, sku_id, status, quantity, unit_price, order_status)
        SELECT id, id + 1, shop, sku, status, 1, 125000, status FROM made
        """,
        """
        INSERT INTO units (order_id, id, line_id, state, delivered_at, due_at)
        SELECT id, id + 2, id + 1, state, CASE WHEN state = 20 THEN at END, CASE WHEN state < 20 THEN at END FROM made
        """,
        """
        INSERT INTO attempts (id, order_id, unit_id, supplier_id, supplier_sku, state, unit_cost, currency, send_before, decided_at)
        SELECT id + 3, id, id + 2, 1, 'T1001', CASE state WHEN 12 THEN 11 ELSE 20 END, 100000, 'CNY', at, CASE WHEN state = 20 THEN at END FROM made WHERE state <> 10
        """,
    ];

    private static SqliteConnection Open(string folder)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder, SqliteDatabase.FileName)};Pooling=False");
        connection.Open();
        return connection;
    }
}

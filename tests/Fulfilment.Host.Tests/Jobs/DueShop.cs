using System.Net;
using System.Text.Json;
using Dapper;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Anomalies;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Tests;
using Fulfilment.Suppliers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>The folder of a shop in which every recurring job has something to do, after five weeks in which no host ran.</summary>
public sealed class DueShop : IAsyncLifetime
{
    // An order that a fault has left open, a card key whose custody was tampered with, jobs that are late and fail, and what was told of alerts long ago, or to nobody.
    private const string Faults = """
        UPDATE orders SET status = 11, open_units = 1, completed_at = NULL, due_at = 0 WHERE client_reference = 'D-1';
        UPDATE order_lines SET status = 11 WHERE order_id = (SELECT id FROM orders WHERE client_reference = 'D-1');
        DELETE FROM custody_entries WHERE card_key_id = (SELECT card_key_id FROM units WHERE order_id = (SELECT id FROM orders WHERE client_reference = 'D-3'));
        DELETE FROM jobs WHERE name NOT IN ('backups', 'expiry');
        INSERT INTO alert_notifications (id, channel, alert_id, event, severity, group_key, state, due_at, held, attempts, ended_at)
        VALUES (1, 'gone', 1, 1, 1, 'g', 20, 0, 0, 1, 1), (2, 'gone', 1, 1, 1, 'g', 10, 0, 0, 1, NULL);
        """;

    // Within the minute, which is all that is compared of times.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider _time = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fulfilment-due-");
    private TestHost _host = null!;
    private int _references;

    /// <summary>Of every process on it.</summary>
    internal TestHostOptions Options => new()
    {
        Time = _time,
        Settings = new()
        {
            ["Privacy:RetentionDays"] = "30", ["Reveals:AlertAtLeast"] = "3", ["Reveals:AlertFactor"] = "2", ["Webhooks:AllowPrivateAddresses"] = "true",
            ["Fulfilment:SendWithinSeconds"] = "0.5",
        },
        Services = services => services.AddSingleton<ISupplierAdapter, DueSupplier>(),
    };

    /// <summary>The ids that are in it.</summary>
    internal IReadOnlySet<long> Ids { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await using (_host = await TestHost.StartAsync(Options with { Folder = _folder.FullName }))
        {
            await OpenAsync();
        }

        _time.Stall(TimeSpan.FromDays(35));
        await using (_host = await TestHost.StartAsync(Options with { Folder = _folder.FullName, Works = false }))
        {
            await FiveWeeksLaterAsync();
        }

        _time.Stall(TimeSpan.FromHours(1));
        await ExecuteAsync(_folder.FullName, Faults);

        // The weeks before are counted: a run counts so many hours and no more.
        await ExecuteAsync(_folder.FullName, $"INSERT OR REPLACE INTO settings (name, value) VALUES ('order_flow_kept', '{(FlowTime.MinuteOf(_time.GetUtcNow()) / FlowTime.BucketMinutes) - 24}')");
        Ids = DatabaseImage.Ids(_folder.FullName);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A folder that is the same, to be deleted by the caller.</summary>
    internal DirectoryInfo Copy()
    {
        var copy = Directory.CreateTempSubdirectory("fulfilment-due-copy-");
        foreach (var file in _folder.EnumerateFiles())
        {
            File.Copy(file.FullName, Path.Combine(copy.FullName, file.Name));
        }

        return copy;
    }

    /// <summary>Has the next process come a moment after the dead one, whose number it gets: so what comes is ordered as if nothing had been.</summary>
    internal async Task BuryAsync(string folder)
    {
        await ExecuteAsync(folder, "UPDATE nodes SET lease_until = 0");
        _time.Step(Moment);
    }

    /// <summary>Makes it the time again that it was before.</summary>
    internal void Rewind() => _time.Step(-Moment);

    private async Task OpenAsync()
    {
        await _host.StorefrontAsync();
        await _host.StorefrontAsync("shop-held", more: ""","holdAbove":"20.00" """);
        var key = await _host.KeyAsync(scopes: ["orders", "codes"]);
        await PostAsync("/v1/webhook-endpoints", """{"url":"http://127.0.0.1:9/","types":null}""", key);

        // What is ordered now comes after the endpoint by any clock.
        _time.Advance(TimeSpan.FromSeconds(20));
        await _host.SkuAsync("ENDS");
        await StockAsync("ENDS", 450, "2026-03-20");
        await _host.SkuAsync("WHO", more: ""","recipientMode":"required" """);
        await StockAsync("WHO", 30);
        await _host.CreateAsync("/v1/admin/suppliers", """{"code":"due","name":"due","adapter":"due","lowBalance":"500.00","settings":{}}""");
        await _host.CreateAsync("/v1/admin/skus", """
            {"code":"ASKED","name":"ASKED","kind":"topUp","currency":"CNY","price":"10.00","recipientMode":"required",
             "routes":[{"source":"supplier","supplier":"due","supplierSku":"A","unitCost":"8.00"}]}
            """);
        for (var i = 0; i < 3; i++)
        {
            await BuyAsync(key, "ENDS");
            await BuyAsync(key, "WHO", line: ""","recipient":"13800001234" """);
            await BuyAsync(await _host.KeyAsync(more: ""","mode":"test" """), "TEST-CARD");
        }

        await BuyAsync(key, "ASKED", line: ""","recipient":"13800001234" """);
        await UntilAsync("SELECT count(*) FROM units WHERE state = 14");
        _host.Services.GetRequiredService<JobSignals>().Webhooks.Raise();
        await UntilAsync("SELECT count(*) FROM webhook_deliveries");
        await _host.Services.GetRequiredService<IJobStore>().RecordAsync(null, new JobRun(
            _host.Services.GetRequiredService<IdGenerator>().Next(), "expiry", _time.GetUtcNow(), TimeSpan.Zero, 1, JobOutcome.Done, "long ago"));
    }

    private async Task FiveWeeksLaterAsync()
    {
        await _host.SkuAsync("BAD");
        var batch = await StockAsync("BAD", 450);
        await PostAsync($"/v1/inventory/batches/{batch}/recall", """{"reason":"stolen"}""");
        await StockAsync("ENDS", 10, "2026-04-08");
        await StockAsync("WHO", 40);
        await _host.SkuAsync("LOW", more: ""","lowStockAt":5""");
        await _host.SkuAsync("SHOWN", more: ""","maxPerOrder":100""");
        await StockAsync("SHOWN", 30);
        await SuppliedAsync("LOSS", "1.00", "s-LOSS");
        await SuppliedAsync("FOLLOW", "20.00", "s-FOLLOW");
        await _host.CreateAsync("/v1/admin/storefronts", """{"code":"poor","name":"poor","settlement":"prepaid","lowBalance":"10.00"}""");
        await PostAsync("/v1/admin/storefronts/poor/deposits", """{"amount":"5.00","currency":"CNY","reference":null}""", headers: ("Idempotency-Key", "one"));

        var held = await _host.KeyAsync("storefront:shop-held");
        await BuyAsync(held, "SHOWN", quantity: 2);
        await BuyAsync(held, "SHOWN", quantity: 3);
        var key = await _host.KeyAsync();
        var shown = await BuyAsync(key, "SHOWN", quantity: 20);
        using var codes = await _host.GetAsync($"/v1/orders/{shown}?include=codes", key);
        Assert.Equal(HttpStatusCode.OK, codes.StatusCode);

        var alerts = _host.Services.GetRequiredService<IAlerts>();
        await alerts.RaiseAsync(new NewAlert(AlertKind.UnknownStuck, AlertSeverity.Critical, "unit:x", "test:escalates", AlertText.Of($"Nobody looks at it.", $"无人处理。")));
        await alerts.RaiseAsync(new NewAlert(AlertKind.DiskNearlyFull, AlertSeverity.Warning, "node:77", ForgetGoneHosts.KeysOf(77) + "disk", AlertText.Of($"It is gone.", $"主程序已不在。")));
        var now = _time.GetUtcNow();
        await _host.Services.GetRequiredService<IJobStore>().RecordAsync(new JobProgress("backups", now, null, now.AddMinutes(10), Failures: 5, Node: 1, Request: null), null);
    }

    private Task SuppliedAsync(string code, string price, string supplierSku) => _host.CreateAsync("/v1/admin/skus", $$"""
        {"code":"{{code}}","name":"{{code}}","kind":"topUp","currency":"CNY","price":"{{price}}","recipientMode":"required",
         "routes":[{"source":"supplier","supplier":"due","supplierSku":"{{supplierSku}}","unitCost":"8.00"}]}
        """);

    // The same codes each time, so the second time with the same last day they are known.
    private async Task<string> StockAsync(string sku, int count, string expiresOn = "")
    {
        using var imported = await _host.ImportAsync(
            sku, ["number,secret,expiresOn", .. Enumerable.Range(0, count).Select(i => $"{sku}-{expiresOn}-N{i:D4},{sku}-{expiresOn}-S{i:D4},{expiresOn}")]);
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        return (await imported.JsonAsync()).GetProperty("id").GetString()!;
    }

    private async Task<string> BuyAsync(string key, string sku, int quantity = 1, string line = "") =>
        (await PostAsync("/v1/orders", $$$"""{"clientReference":"D-{{{_references++}}}","currency":"CNY","lines":[{"sku":"{{{sku}}}","quantity":{{{quantity}}}{{{line}}}}]}""", key))
            .GetProperty("id").GetString()!;

    private async Task<JsonElement> PostAsync(string path, string json, string? key = null, params (string, string)[] headers)
    {
        using var answer = await _host.PostAsync(path, key ?? TestHost.OperatorKey, json, headers);
        var body = await answer.JsonAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path} answered {(int)answer.StatusCode}: {body}");
        return body;
    }

    private Task UntilAsync(string count) => Patience.UntilAsync(
        async () =>
        {
            using var database = Open(_folder.FullName);
            return await database.ExecuteScalarAsync<long>(count) > 0;
        },
        () => $"{count}: none. {_host.Log.Text}");

    private static async Task ExecuteAsync(string folder, string sql)
    {
        using var database = Open(folder);
        await database.ExecuteAsync(sql);
    }

    private static SqliteConnection Open(string folder) => new($"Data Source={Path.Combine(folder, "fulfilment.db")};Pooling=False");
}

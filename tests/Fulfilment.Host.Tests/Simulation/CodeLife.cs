using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Host.Commands;
using Fulfilment.Host.Tests.Leaks;
using Fulfilment.Infrastructure.Storage.Backups;
using Fulfilment.Infrastructure.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Host.Tests.Simulation;

/// <summary>
/// A shop whose host, database and clock a simulation drives, and what the world outside knows of it: every code that was ever shown, and to whom.
/// That knowledge survives restarts and restores, which is how a code sold twice is noticed.
/// </summary>
internal sealed class CodeLife(Random random, string seed) : IAsyncDisposable
{
    public const string FirstOperator = "operator:li", SecondOperator = "operator:wang";

    private readonly string _root = Directory.CreateTempSubdirectory("fulfilment-life-").FullName;
    private readonly Dictionary<string, string> _shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal);
    private readonly List<(string Shop, string Body)> _sent = [];
    private readonly Lock _gate = new();
    private int _codes;
    private int _references;

    public TestHost Host { get; private set; } = null!;

    public ManualTimeProvider Time { get; } = new();

    public string Folder => Path.Combine(_root, "data");

    /// <summary>Backups taken so far.</summary>
    public List<string> Backups { get; } = [];

    /// <summary>Which order each body made; what was ordered after a backup is forgotten with the restore.</summary>
    public ConcurrentDictionary<string, string> Orders { get; } = [];

    /// <summary>Every code that was ever shown to anybody, as storefronts would list them.</summary>
    public IReadOnlyList<string> Shown
    {
        get
        {
            lock (_gate)
            {
                return [.. _shown.Keys];
            }
        }
    }

    public async Task OpenAsync()
    {
        await StartAsync();
        foreach (var person in new[] { FirstOperator, SecondOperator })
        {
            _keys[person] = await Host.KeyAsync(person, ["admin", "inventory", "afterSales"]);
        }

        await ShopAsync("free", "postpaid", "");
        await ShopAsync("paid", "prepaid", ""","holdAbove":"30.00" """);
        using var deposit = await Host.SendAsync(
            HttpMethod.Post, "/v1/admin/storefronts/paid/deposits", TestHost.OperatorKey, """{"amount":"100000","currency":"CNY"}""", ("Idempotency-Key", "first"));
        Assert.Equal(HttpStatusCode.Created, deposit.StatusCode);
        await Host.SkuAsync("ONE", more: ""","afterSales":{"automaticPerDay":3,"onlyUnrevealed":false,"coolingOffDays":null}""");
        await Host.SkuAsync("TWO");
    }

    public string Key(string owner) => _keys[owner];

    public int Next(int from, int below)
    {
        lock (_gate)
        {
            return random.Next(from, below);
        }
    }

    public T Pick<T>(IReadOnlyList<T> of) => of[Next(0, of.Count)];

    /// <summary>The id of one entry of a list that was answered; null when it has none.</summary>
    public string? PickId(JsonElement list) =>
        list.TryGetProperty("data", out var data) && data.GetArrayLength() > 0 ? data[Next(0, data.GetArrayLength())].GetProperty("id").GetString() : null;

    public (string Shop, string Body)? PickSent()
    {
        lock (_gate)
        {
            return _sent.Count == 0 ? null : _sent[random.Next(_sent.Count)];
        }
    }

    public void NoteSent(string shop, string body)
    {
        lock (_gate)
        {
            _sent.Add((shop, body));
        }
    }

    /// <summary>A repeat answers with the order that the first made (promise 2).</summary>
    public void NoteOrder(string body, string orderId)
    {
        var first = Orders.GetOrAdd(body, orderId);
        Assert.True(first == orderId, $"seed {seed}: {body} made {first} and {orderId}");
    }

    /// <summary>The number on a card that was imported; null when none was.</summary>
    public string? PickNumber()
    {
        lock (_gate)
        {
            return _codes == 0 ? null : $"N{random.Next(1, _codes + 1):D6}";
        }
    }

    public string NewReference() => $"A-{Interlocked.Increment(ref _references)}";

    public async Task StartAsync() => Host = await TestHost.StartAsync(new TestHostOptions { Folder = Folder, Time = Time });

    public ValueTask StopAsync() => Host.DisposeAsync();

    /// <summary>CSV rows of codes nobody had before.</summary>
    public IReadOnlyList<string> NewCodes(int count)
    {
        var today = Host.Services.GetRequiredService<BusinessCalendar>().Today;
        lock (_gate)
        {
            return
            [
                "number,secret,expiresOn",
                .. Enumerable.Range(0, count).Select(_ =>
                {
                    var lasts = random.Next(3) == 0 ? "" : DateOnly.FromDayNumber(today + random.Next(0, 40)).ToString("O", CultureInfo.InvariantCulture);
                    var (number, secret) = ($"N{++_codes:D6}", $"life-{seed}-{_codes:D6}");
                    _numbers.Add(secret, number);
                    return $"{number},{secret},{lasts}";
                }),
            ];
        }
    }

    public async Task<JsonElement> AskAsync(string owner, HttpMethod method, string path, string? json = null, params (string, string)[] headers)
    {
        using var answer = await Host.SendAsync(method, path, Key(owner), json, headers);
        var body = await answer.JsonAsync();
        Assert.True((int)answer.StatusCode < 500, $"seed {seed}: {method} {path} {json} answered {(int)answer.StatusCode} {body} {string.Join('\n', Host.Log.Lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text))}");
        return body;
    }

    /// <summary>Reads an order's codes as its storefront and notes who has seen them: the same code for another unit is promise 1 broken.</summary>
    public async Task RevealAsync(string shop, string orderId)
    {
        var codes = await AskAsync(shop, HttpMethod.Get, $"/v1/orders/{orderId}/codes");
        if (!codes.TryGetProperty("data", out var data))
        {
            return;
        }

        foreach (var code in data.EnumerateArray())
        {
            var (secret, unit) = (code.GetProperty("secret").GetString()!, code.GetProperty("unitId").GetString()!);
            lock (_gate)
            {
                Assert.True(_shown.TryAdd(secret, unit) || _shown[secret] == unit, $"seed {seed}: one code was shown for {unit} and for {_shown[secret]}");
            }
        }
    }

    /// <summary>Stock, money and custody are a recount (promise 6), and the answers say the same.</summary>
    public async Task AssertSoundAsync(string after)
    {
        var custody = await Host.Services.GetRequiredService<VerifyCustody>().RunAsync(5, null, TestContext.Current.CancellationToken);
        var ledger = await Host.Services.GetRequiredService<CheckLedger>().RunAsync(5, null, TestContext.Current.CancellationToken);
        Assert.True(custody.Findings.Total == 0, $"seed {seed}, after {after}: {string.Join("; ", custody.Findings.Kept)}");
        Assert.True(ledger.Findings.Total == 0, $"seed {seed}, after {after}: {string.Join("; ", ledger.Findings.Kept)}");
        foreach (var sku in new[] { "ONE", "TWO" })
        {
            foreach (var batch in (await StockAsync(sku)).EnumerateArray())
            {
                var states = new[] { "available", "reserved", "frozen", "delivered", "voided", "expired" }.Sum(state => batch.GetProperty(state).GetInt64());
                Assert.True(states == batch.GetProperty("accepted").GetInt64(), $"seed {seed}, after {after}: {batch}");
            }
        }
    }

    /// <summary>No file of the engine, backups among them, holds a code in plain text (promise 5).</summary>
    public void AssertNothingLeaked()
    {
        var scan = new SecretScan(Shown);
        Assert.Empty(scan.FindInFolder(Folder).Concat(scan.FindInFolder(_root)).Concat(scan.Find("log", Host.Log.Text)));
    }

    public async Task<JsonElement> StockAsync(string sku) =>
        (await AskAsync(FirstOperator, HttpMethod.Get, $"/v1/inventory/stock?sku={sku}")).GetProperty("batches");

    public Task VoidWithdrawnAsync() => Host.Services.GetRequiredService<VoidWithdrawnBatches>().RunAsync(TestContext.Current.CancellationToken);

    public Task ExpireAsync() => Host.Services.GetRequiredService<ExpireCardKeys>().RunAsync(TestContext.Current.CancellationToken);

    public async Task BackUpAsync()
    {
        var file = Path.Combine(_root, $"backup-{Backups.Count}.db");
        var audit = new AuditEntry(Host.Services.GetRequiredService<IdGenerator>().Next(), new Actor("command:test", null), "storage.backedUp", "storage");
        await Host.Services.GetRequiredService<SqliteBackup>().RunAsync(file, audit);
        Backups.Add(file);
    }

    /// <summary>Puts a backup in the place of the database. Orders made since are gone; the codes shown for them are not forgotten outside.</summary>
    public async Task RestoreAsync(string backup)
    {
        await StopAsync();
        Time.Stall(TimeSpan.FromSeconds(1));
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Settings.AddDefaults(builder.Configuration);
        await RestoreCommand.RunAsync(builder, Folder, backup, replace: true, Time, TestContext.Current.CancellationToken);
        Orders.Clear();
        await StartAsync();
    }

    /// <summary>Batches that sell nothing until they are released.</summary>
    public async Task<IReadOnlyList<string>> RestoredBatchesAsync() =>
        [.. (await Host.Services.GetRequiredService<IRestoredBatchStore>().ListAsync(TestContext.Current.CancellationToken)).Select(batch => PublicId.Format(PublicId.Batch, batch.BatchId))];

    /// <summary>Tells the engine every code that was ever shown, as its operators are told to do after a restore.</summary>
    public async Task ReportSoldAsync()
    {
        Dictionary<string, string> numbers;
        lock (_gate)
        {
            numbers = new(_numbers, StringComparer.Ordinal);
        }

        var lines = Shown.Select(secret => $"{numbers[secret]},{secret}").Prepend("number,secret");
        await using var rows = new CsvRowReader(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines))), null);
        var report = await Host.Services.GetRequiredService<RegisterSoldCodes>().RunAsync(rows, new Actor(FirstOperator, null), null, TestContext.Current.CancellationToken);
        Assert.True(report.Refusal is null || Shown.Count == 0, $"seed {seed}: {report.Refusal}");
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private async Task ShopAsync(string code, string settlement, string more)
    {
        await Host.CreateAsync("/v1/admin/storefronts", $$"""{"code":"{{code}}","name":"{{code}}","settlement":"{{settlement}}"{{more}}}""");
        _keys[code] = await Host.KeyAsync($"storefront:{code}", ["orders", "codes", "afterSales"]);
    }
}

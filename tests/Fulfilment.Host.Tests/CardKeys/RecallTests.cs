using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dapper;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Tests.Durability;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.CardKeys;

/// <summary>Recalls over HTTP while everything else goes on, and while the host is killed.</summary>
public sealed class RecallTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-recall-").FullName;

    [Fact]
    public async Task Recall_WhileTheBatchIsImportedAndSoldFrom_SellsNothingAfterwards()
    {
        await using (var host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
            await host.SkuAsync("ONE");
            var key = await host.ShopAsync();
            using (var good = await host.ImportAsync("ONE", Enumerable.Range(0, 4_000).Select(i => $"G-{i:D6},,2031-01-01").Prepend("secret,number,expiresOn")))
            {
                Assert.Equal(HttpStatusCode.Created, good.StatusCode);
            }

            // More than a window, so that some of it is stored while the rest is on its way. It expires first, so it is what is sold.
            using var rest = new SemaphoreSlim(0);
            var upload = UploadAsync(host, rest);
            var batch = await StoredBatchAsync(host);
            var recalled = new TaskCompletionSource<DateTimeOffset>(TaskCreationOptions.RunContinuationsAsynchronously);
            var sold = new ConcurrentBag<(bool AfterRecall, string Secret)>();
            var shops = Enumerable.Range(0, 6).Select(shop => Task.Run(() => BuyAsync(host, key, shop, recalled.Task, sold))).ToArray();
            while (sold.Count < 30)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            using var answer = await host.PostAsync($"/v1/inventory/batches/{batch}/recall", TestHost.OperatorKey, """{"reason":"stolen"}""");
            var shown = await answer.JsonAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK && shown.GetProperty("status").GetString() == "recalled", shown.ToString());
            recalled.SetResult(DateTimeOffset.UtcNow);
            rest.Release();
            await Task.WhenAll(shops);
            using var uploaded = await upload;
            Assert.Equal(HttpStatusCode.Conflict, uploaded.StatusCode);
            await SettledAsync(host, batch);

            Assert.Contains(sold, code => !code.AfterRecall && code.Secret.StartsWith('B'));
            Assert.Contains(sold, code => code.AfterRecall);
            Assert.DoesNotContain(sold, code => code.AfterRecall && code.Secret.StartsWith('B'));
            await AssertNothingDeliveredAfterAsync(batch, sold.Count(code => code.Secret.StartsWith('B')));
        }

        await EngineChecks.AssertSoundAsync(_folder);
    }

    [Fact]
    public async Task HostKilledInTheMiddleOfARecall_FinishesItWhenItStartsAgain()
    {
        string batch;
        long before;
        await using (var host = await HostProcess.StartAsync(_folder))
        {
            await host.SkuAsync("ONE");
            using var imported = await host.ImportAsync("ONE", Enumerable.Range(0, 60_000).Select(i => $"C-{i:D6}"));
            batch = (await imported.JsonAsync()).GetProperty("id").GetString()!;
            using var answer = await host.PostAsync($"/v1/inventory/batches/{batch}/recall", TestHost.OperatorKey, """{"reason":"stolen"}""");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            while (await CountAsync("state = 14") == 0)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }

            await host.KillAsync();
            before = await CountAsync("state = 14");
            TestContext.Current.TestOutputHelper?.WriteLine($"killed after {before} keys");
            Assert.InRange(before, 1, 59_999);
        }

        await using (var host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
            await SettledAsync(host, batch);
        }

        Assert.Equal(60_000, await CountAsync("state = 14"));
        await EngineChecks.AssertSoundAsync(_folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<HttpResponseMessage> UploadAsync(TestHost host, SemaphoreSlim rest)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/inventory/batches?sku=ONE&unitCost=6.00&expiresOn=2030-01-01", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestHost.OperatorKey);
        request.Headers.Add("Idempotency-Key", "bad-batch");
        request.Content = new PausingContent(rest);
        return await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string> StoredBatchAsync(TestHost host)
    {
        while (true)
        {
            using var answer = await host.GetAsync("/v1/inventory/batches?idempotencyKey=bad-batch", TestHost.OperatorKey);
            var found = (await answer.JsonAsync()).GetProperty("data").EnumerateArray().FirstOrDefault();
            if (found.ValueKind is JsonValueKind.Object && found.GetProperty("accepted").GetInt64() > 1_000)
            {
                return found.GetProperty("id").GetString()!;
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private static async Task BuyAsync(TestHost host, string key, int shop, Task recalled, ConcurrentBag<(bool AfterRecall, string Secret)> sold)
    {
        var rest = 20;
        for (var i = 0; rest > 0; i++)
        {
            var after = recalled.IsCompleted;
            rest -= after ? 1 : 0;
            using var answer = await host.PostAsync(
                "/v1/orders?include=codes", key, $$"""{"clientReference":"{{shop}}-{{i}}","currency":"CNY","lines":[{"sku":"ONE","quantity":1}]}""");
            var order = await answer.JsonAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.Created, order.ToString());
            sold.Add((after, order.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("code").GetProperty("secret").GetString()!));
        }
    }

    // Until nothing of the batch is unsold and unvoided, and what the shown counters say adds up.
    private static async Task SettledAsync(TestHost host, string batch)
    {
        while (true)
        {
            using var answer = await host.GetAsync("/v1/inventory/stock?sku=ONE", TestHost.OperatorKey);
            var ours = (await answer.JsonAsync()).GetProperty("batches").EnumerateArray().Single(entry => entry.GetProperty("id").GetString() == batch);
            var counts = ((string[])["available", "reserved", "frozen", "delivered", "voided", "expired"]).Select(name => ours.GetProperty(name).GetInt64()).ToList();
            Assert.Equal(ours.GetProperty("accepted").GetInt64(), counts.Sum());
            Assert.Equal(0, counts[0]);
            if (counts[2] == 0)
            {
                return;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    // The order of the writer's transactions: the audit entry is made in the one that flips the batch, a delivery's time in the one that delivers.
    private async Task AssertNothingDeliveredAfterAsync(string batch, int delivered)
    {
        Assert.True(PublicId.TryParse(PublicId.Batch, batch, out var batchId));
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        var flipped = await database.QuerySingleAsync<long>("SELECT id FROM audit_entries WHERE action = 'batch.recalled'");
        var times = (await database.QueryAsync<long>(
            "SELECT c.at FROM custody_entries c JOIN card_keys k ON k.id = c.card_key_id WHERE k.batch_id = @batchId AND c.state = 13", new { batchId })).AsList();
        Assert.Equal(delivered, times.Count);
        Assert.All(times, at => Assert.True(at <= IdGenerator.TimeOf(flipped).ToUnixTimeMilliseconds()));
    }

    private async Task<long> CountAsync(string where)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        return await database.ExecuteScalarAsync<long>($"SELECT count(*) FROM card_keys WHERE {where}");
    }

    // A window and a half; the half comes when the test lets it.
    private sealed class PausingContent : HttpContent
    {
        private readonly SemaphoreSlim _rest;

        public PausingContent(SemaphoreSlim rest)
        {
            _rest = rest;
            Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await WriteAsync(stream, 0, 70_000);
            await _rest.WaitAsync(TestContext.Current.CancellationToken);
            await WriteAsync(stream, 70_000, 140_000);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        private static async Task WriteAsync(Stream stream, int from, int to)
        {
            var rows = new StringBuilder();
            for (var i = from; i < to; i++)
            {
                rows.Append(System.Globalization.CultureInfo.InvariantCulture, $"B-{i:D6}\n");
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(rows.ToString()), TestContext.Current.CancellationToken);
            await stream.FlushAsync(TestContext.Current.CancellationToken);
        }
    }
}

using System.Net;
using System.Text;
using Dapper;
using Fulfilment.Host.Tests.Inventory;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Durability;

/// <summary>An upload whose host is killed, and one that meets another with its key: the same upload with the same key ends exact.</summary>
public sealed class ImportKillTests : IDisposable
{
    // More than a window of rows, which is stored slice by slice while the rest is still to come.
    private const int Rows = 80_000;
    private const int Window = 64_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-import-kill-").FullName;

    private readonly string _file = string.Concat(Enumerable.Range(0, Rows).Select(i => $"SECRET{i % (Rows - 1):D5}\n"));

    [Fact]
    public async Task UploadOfAKilledHost_GoesOnWithTheSameKey_ToTheExactCounts()
    {
        var host = await HostProcess.StartAsync(_folder);
        await host.SkuAsync("V1");
        var rest = new TaskCompletionSource();
        var upload = host.UploadAsync("?sku=V1", "key-1", Unfinished(_file, rest.Task));
        long stored;
        while ((stored = await ProcessedAsync(host)) == 0)
        {
            Assert.False(upload.IsCompleted);
        }

        await host.KillAsync();
        rest.SetResult();
        await Assert.ThrowsAsync<HttpRequestException>(() => upload);
        await host.DisposeAsync();

        // The lease of the dead ends by itself; only the wait is cut short.
        using (var database = new SqliteConnection($"Data Source={Path.Combine(_folder, "fulfilment.db")};Pooling=False"))
        {
            await database.ExecuteAsync("UPDATE batches SET importing_until = 0");
        }

        await using (var next = await HostProcess.StartAsync(_folder))
        {
            Assert.True(await ProcessedAsync(next) >= stored);
            var batch = await next.UploadAsync("?sku=V1", "key-1", _file).ExpectAsync(HttpStatusCode.Created);
            Assert.Equal($"completed {Rows} {Rows} {Rows - 1} 1 0", batch.Fields("status", "processed", "total", "accepted", "duplicate", "rejected"));
        }

        await EngineChecks.AssertSoundAsync(_folder);
    }

    [Fact]
    public async Task TwoUploadsWithOneKeyAtOnce_AreOneBatch()
    {
        await using (var host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
            await host.SkuAsync("V1");
            var rest = new TaskCompletionSource();
            var first = host.UploadAsync("?sku=V1", "key-1", Unfinished(_file, rest.Task));
            while (await ProcessedAsync(host) == 0)
            {
                Assert.False(first.IsCompleted);
            }

            await host.UploadAsync("?sku=V1", "key-1", _file).RefusedAsync(HttpStatusCode.Conflict, "in_progress");
            rest.SetResult();

            var done = await first.ExpectAsync(HttpStatusCode.Created);
            Assert.Equal($"completed {Rows} {Rows - 1} 1", done.Fields("status", "total", "accepted", "duplicate"));
            var repeat = await host.UploadAsync("?sku=V1", "key-1", _file).ExpectAsync(HttpStatusCode.OK);
            Assert.Equal(done.GetRawText(), repeat.GetRawText());
        }

        await EngineChecks.AssertSoundAsync(_folder);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<long> ProcessedAsync(IRunningHost host)
    {
        using var answer = await host.GetAsync("/v1/inventory/batches?idempotencyKey=key-1", TestHost.OperatorKey);
        return (await answer.JsonAsync()).GetProperty("data").EnumerateArray().Select(batch => batch.GetProperty("processed").GetInt64()).SingleOrDefault();
    }

    // A little more than a window at once; the rest when it is asked for.
    private static UnfinishedContent Unfinished(string file, Task rest) => new(Encoding.UTF8.GetBytes(file), (Window + 1_000) * "SECRET00000\n".Length, rest);

    private sealed class UnfinishedContent(byte[] bytes, int atOnce, Task rest) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, atOnce), TestContext.Current.CancellationToken);
            await stream.FlushAsync(TestContext.Current.CancellationToken);
            await rest.WaitAsync(TestContext.Current.CancellationToken);
            await stream.WriteAsync(bytes.AsMemory(atOnce), TestContext.Current.CancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}

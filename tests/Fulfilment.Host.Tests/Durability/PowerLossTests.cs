using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Fulfilment.Host.Tests.Durability;

/// <summary>
/// Promise 3 against power loss: what a running host asks of the operating system, in order. Between the request's arrival and the answer the
/// log has been written and has been synced to disk.
/// </summary>
public sealed partial class PowerLossTests : IDisposable
{
    private const int Orders = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-sync-").FullName;

    [Fact]
    public async Task Log_IsSyncedToDisk_BeforeTheOrderIsAnswered()
    {
        await SkipWithoutStraceAsync();
        var trace = Path.Combine(_folder, "trace");
        var storage = Path.Combine(_folder, "data");

        // -D keeps the host our own child, with strace beside it.
        string[] strace = ["strace", "-D", "-f", "-y", "-s", "64", "-e", "trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg,recvfrom,recvmsg,read", "-o", trace];
        await using (var host = await HostProcess.StartAsync(storage, wrapper: strace))
        {
            await host.SkuAsync();
            var key = await host.ShopAsync();
            using var imported = await host.ImportAsync("VIDEO-VIP-1M", Enumerable.Range(0, Orders).Select(i => $"CODE-{i}"));
            Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
            for (var i = 0; i < Orders; i++)
            {
                using var answer = await host.PostAsync("/v1/orders", key, $$"""{"clientReference":"A-{{i}}","currency":"CNY","lines":[{"sku":"VIDEO-VIP-1M","quantity":1}]}""");
                Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            }

            await host.TerminateAsync();
        }

        AssertSyncedBeforeEachAnswer(await File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Orders come one at a time, so everything between a request and its answer is on its behalf.
    private static void AssertSyncedBeforeEachAnswer(string[] calls)
    {
        var (answered, asked, written, synced) = (0, false, false, false);
        var syncing = new HashSet<string>();
        foreach (var call in calls)
        {
            var thread = call[..call.IndexOf(' ', StringComparison.Ordinal)];
            if (call.Contains("POST /v1/orders ", StringComparison.Ordinal))
            {
                (asked, written, synced) = (true, false, false);
            }
            else if (WriteToLog().IsMatch(call))
            {
                // What was written after a sync is not on disk yet.
                (written, synced) = (true, false);
            }
            else if (SyncOfLog().IsMatch(call))
            {
                // Only once it has returned; until then it stands as unfinished under its thread.
                synced |= written && call.EndsWith("= 0", StringComparison.Ordinal);
                syncing.Add(thread);
            }
            else if (SyncResumed().IsMatch(call) && syncing.Remove(thread))
            {
                synced |= written;
            }
            else if (asked && call.Contains("HTTP/1.1 201", StringComparison.Ordinal))
            {
                Assert.True(synced, $"Order {answered} was answered before its log was on disk.");
                answered++;
                asked = false;
            }
        }

        Assert.Equal(Orders, answered);
    }

    private static async Task SkipWithoutStraceAsync()
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("strace", ["-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
            var error = await probe.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await probe.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipUnless(probe.ExitCode == 0, $"strace may not trace here: {error}");
        }
        catch (Win32Exception)
        {
            Assert.Skip("strace is not installed.");
        }
    }

    [GeneratedRegex(@"^\d+ +pwrite64\(\d+<[^>]*-wal>")]
    private static partial Regex WriteToLog();

    [GeneratedRegex(@"^\d+ +(fdatasync|fsync)\(\d+<[^>]*-wal>")]
    private static partial Regex SyncOfLog();

    [GeneratedRegex(@"^\d+ +<\.\.\. (fdatasync|fsync) resumed>\) += 0$")]
    private static partial Regex SyncResumed();
}

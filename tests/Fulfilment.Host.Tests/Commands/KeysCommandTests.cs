using System.Diagnostics;
using System.Net;

namespace Fulfilment.Host.Tests.Commands;

/// <summary>The commands as processes of their own, beside a running host.</summary>
public sealed class KeysCommandTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        await _host.StorefrontAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task CreateRotateRevoke_BesideARunningHost_AreInForceWithinASecondOrSo()
    {
        var created = await RunAsync("keys", "create", "--owner", "storefront:shop-1", "--scopes", "orders,codes", "--expires", "90d", "--allow-ip", "127.0.0.1");
        var key = created.Output.Trim();
        Assert.True(created.ExitCode == 0, created.Error);
        Assert.Matches("^fk_live_[A-Za-z0-9_-]{43}$", key);
        await WaitForAsync(key, HttpStatusCode.OK);

        var listed = await RunAsync("keys", "list", "--owner", "storefront:shop-1");
        var id = listed.Output.Split("  ")[0];
        Assert.DoesNotContain(key, listed.Output + listed.Error + created.Error, StringComparison.Ordinal);

        var rotated = await RunAsync("keys", "rotate", id, "--overlap", "24h");
        await WaitForAsync(rotated.Output.Trim(), HttpStatusCode.OK);
        await WaitForAsync(key, HttpStatusCode.OK);

        var revoked = await RunAsync("keys", "revoke", id);
        Assert.Contains("revoked", revoked.Output, StringComparison.Ordinal);
        await WaitForAsync(key, HttpStatusCode.Unauthorized);
        await WaitForAsync(rotated.Output.Trim(), HttpStatusCode.OK);

        using var audit = await _host.GetAsync($"/v1/admin/audit?subject=key:{id}", TestHost.OperatorKey);
        var entries = (await audit.JsonAsync()).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["key.revoked", "key.rotated", "key.issued"], entries.Select(entry => entry.GetProperty("action").GetString()));
        Assert.All(entries, entry => Assert.Equal($"command:{Environment.UserName}", entry.GetProperty("actor").GetString()));
    }

    [Fact]
    public async Task NewKey_WorksAtItsFirstCall_BeforeTheHostLooksForChanges()
    {
        var folder = Directory.CreateTempSubdirectory("fulfilment-keys-").FullName;
        await using (var host = await TestHost.StartAsync(new TestHostOptions { Folder = folder, Time = new Infrastructure.Tests.ManualTimeProvider(DateTimeOffset.UtcNow) }))
        {
            await host.StorefrontAsync();
            var key = (await HostCommand.DoAsync(folder, "keys", "create", "--owner", "storefront:shop-1", "--scopes", "orders")).Trim();

            using var answer = await host.GetAsync("/v1/orders", key);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Faults_SayWhatToDo_AndMakeNoKey()
    {
        (string[] Arguments, string Says)[] faults =
        [
            (["keys", "create", "--owner", "storefront:nothing", "--scopes", "orders"], "Storefronts here: shop-1."),
            (["keys", "create", "--owner", "storefront:shop-1", "--scopes", "orders,all"], "--scopes: The scopes are orders, codes, afterSales, inventory, admin, finance."),
            (["keys", "create", "--owner", "storefront:shop-1", "--scopes", "orders", "--expires", "soon"], "--expires is a time with its zone"),
            (["keys", "create", "--owner", "storefront:shop-1", "--scopes", "orders", "--allow-ip", "here"], "--allow-ip: "),
            (["keys", "rotate", "fk_live_x"], "It is not the key itself."),
            (["keys", "revoke", "key_0000000000001"], "keys list shows those there are"),
        ];

        // At once: each is a process that starts a runtime.
        var results = await Task.WhenAll(faults.Select(fault => RunAsync(fault.Arguments)));

        foreach (var (result, says) in results.Zip(faults, (result, fault) => (result, fault.Says)))
        {
            Assert.Equal(1, result.ExitCode);
            Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
            Assert.Contains(says, result.Error, StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }
    }

    // A deadline, not a pause: it only decides when to give up on a host that never notices.
    private async Task WaitForAsync(string key, HttpStatusCode status)
    {
        var patience = Stopwatch.StartNew();
        HttpStatusCode seen;
        do
        {
            using var answer = await _host.GetAsync("/v1/skus", key);
            seen = answer.StatusCode;
        }
        while (seen != status && patience.Elapsed < TimeSpan.FromSeconds(20));

        Assert.Equal(status, seen);
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments, "--storage", _host.Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}

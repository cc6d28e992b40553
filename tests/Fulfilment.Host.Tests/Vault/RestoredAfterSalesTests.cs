using System.Net;

namespace Fulfilment.Host.Tests.Vault;

/// <summary>What a backup does not know of codes that were delivered before it.</summary>
public sealed class RestoredAfterSalesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fulfilment-restore-").FullName;

    private string Folder => Path.Combine(_root, "data");

    // The money would be given back, and somebody keeps the code.
    [Fact]
    public async Task CodeShownAfterTheBackup_IsNotRefundedAsUnseen_OnceItIsRestored()
    {
        Directory.CreateDirectory(Folder);
        var backup = Path.Combine(_root, "backup.db");
        string key, order, unit;
        await using (var host = await StartAsync())
        {
            await host.SkuAsync("VIP");
            key = await host.ShopAsync(scopes: ["orders", "codes", "afterSales"]);
            await host.ImportAsync("VIP", ["CODE1", "CODE2"]);
            using var placed = await host.PostAsync("/v1/orders", key, """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"VIP","quantity":1}]}""");
            var answer = await placed.JsonAsync();
            (order, unit) = (answer.GetProperty("id").GetString()!, answer.GetProperty("lines")[0].GetProperty("units")[0].GetProperty("id").GetString()!);
            await HostCommand.DoAsync(Folder, "backup", "--to", backup);
            using var shown = await host.GetAsync($"/v1/orders/{order}/codes", key);
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        }

        await HostCommand.DoAsync(Folder, "restore", "--from", backup, "--replace");

        await using var restored = await StartAsync();
        using var asked = await restored.PostAsync(
            $"/v1/orders/{order}/after-sales", key, $$"""{"kind":"refund","unitIds":["{{unit}}"],"reason":"unseen"}""", ("Idempotency-Key", "case-1"));
        Assert.Equal((HttpStatusCode.Accepted, "pendingApproval"), (asked.StatusCode, (await asked.JsonAsync()).GetProperty("status").GetString()));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<TestHost> StartAsync() => TestHost.StartAsync(new TestHostOptions { Folder = Folder });
}

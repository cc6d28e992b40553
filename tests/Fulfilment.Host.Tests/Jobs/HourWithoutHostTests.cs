using System.Net;
using System.Text.Json;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Jobs;

/// <summary>No host runs for an hour of virtual time: what fell due meanwhile is done once one does, and once.</summary>
public sealed class HourWithoutHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-hour-").FullName;
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task HeldOrder_WhoseTimeRanOut_IsCancelledOnce_AndItsCodesAreForSaleAgain()
    {
        string order;
        await using (var host = await StartAsync())
        {
            await host.SkuAsync();
            using var imported = await host.ImportAsync("VIDEO-VIP-1M", ["a", "b", "c"]);
            await host.StorefrontAsync(more: ""","holdAbove":"5.00" """);
            using var placed = await host.PostAsync(
                "/v1/orders", await host.KeyAsync(), """{"clientReference":"A-1","currency":"CNY","lines":[{"sku":"VIDEO-VIP-1M","quantity":2}]}""");
            Assert.Equal(HttpStatusCode.Accepted, placed.StatusCode);
            order = (await placed.JsonAsync()).GetProperty("id").GetString()!;
        }

        _time.Stall(TimeSpan.FromHours(1));
        await using var again = await StartAsync();
        await Patience.UntilAsync(async () => await TextAsync(again, $"/v1/admin/orders/{order}", "status") == "cancelled", () => again.Log.Text);
        await Patience.UntilAsync(async () => (await JsonAsync(again, "/v1/admin/jobs/held-orders")).GetProperty("runs").GetArrayLength() > 0);
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(RecurringJobs.HeldOrders.Schedule.Period);
        }

        var run = Assert.Single((await JsonAsync(again, "/v1/admin/jobs/held-orders")).GetProperty("runs").EnumerateArray());
        Assert.Equal("1 held orders ran out of time and were cancelled.", run.GetProperty("result").GetString());
        Assert.Equal(3, (await JsonAsync(again, "/v1/inventory/stock?sku=VIDEO-VIP-1M")).GetProperty("available").GetInt32());
        foreach (var check in new[] { RecurringJobs.CheckLedger, RecurringJobs.VerifyCustody })
        {
            var handler = again.Services.GetServices<JobHandler>().Single(handler => handler.Job.Name == check.Name);
            Assert.EndsWith("all is well.", await handler.RunAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<TestHost> StartAsync() => TestHost.StartAsync(new TestHostOptions { Folder = _folder, Time = _time });

    private static async Task<JsonElement> JsonAsync(TestHost host, string path)
    {
        using var answer = await host.GetAsync(path, TestHost.OperatorKey);
        return await answer.JsonAsync();
    }

    private static async Task<string?> TextAsync(TestHost host, string path, string name) => (await JsonAsync(host, path)).GetProperty(name).GetString();
}

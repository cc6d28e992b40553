using System.Net;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection;
using static Fulfilment.Host.Tests.Orders.Shop;

namespace Fulfilment.Host.Tests.Orders;

public sealed class OverloadedHostTests
{
    // The writer is kept busy by the test, so that what arrives has to wait and the queue of one is full.
    [Fact]
    public async Task DraftThatIsNotAdmitted_Is503_AndItsReferenceIsFree()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Settings = new() { ["Intake:QueueLimit"] = "1", ["Intake:GroupLimit"] = "1" } });
        await host.SkuAsync("VIP");
        var key = await host.ShopAsync();
        using var imported = await host.ImportAsync("VIP", Enumerable.Range(0, 20).Select(i => $"CODE-{i}"));
        using var busy = new ManualResetEventSlim();
        var writing = host.Services.GetRequiredService<IDatabase>().WriteAsync(_ =>
        {
            busy.Wait(TestContext.Current.CancellationToken);
            return Task.FromResult(true);
        });

        var answers = Enumerable.Range(0, 12).Select(i => host.PostAsync("/v1/orders", key, Body($"A-{i}"))).ToArray();

        // One is before the writer, one in the queue; every other is answered while they wait. When all come before the first is taken
        // from the queue, it is one that waits and not two.
        var refused = new List<Task<HttpResponseMessage>>();
        while (refused.Count < 10)
        {
            refused.Add(await Task.WhenAny(answers.Except(refused)));
        }

        foreach (var answer in refused)
        {
            await (await answer).AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "overloaded");
        }

        busy.Set();
        await writing;
        for (var i = 0; i < answers.Length; i++)
        {
            using var first = await answers[i];
            using var again = await host.PostAsync("/v1/orders", key, Body($"A-{i}"));
            Assert.Equal(first.StatusCode == HttpStatusCode.ServiceUnavailable ? HttpStatusCode.Created : HttpStatusCode.OK, again.StatusCode);
        }
    }
}

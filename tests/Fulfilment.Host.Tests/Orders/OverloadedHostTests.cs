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

        // At most one is before the writer and one in the queue; every other is answered while they wait.
        var early = new List<Task<HttpResponseMessage>>();
        while (early.Count < 10)
        {
            early.Add(await Task.WhenAny(answers.Except(early)));
        }

        busy.Set();
        await writing;
        await Task.WhenAll(answers);
        foreach (var answer in early)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await answer).StatusCode);
        }

        for (var i = 0; i < answers.Length; i++)
        {
            using var first = await answers[i];
            using var again = await host.PostAsync("/v1/orders", key, Body($"A-{i}"));
            if (first.StatusCode is HttpStatusCode.Created)
            {
                Assert.Equal(HttpStatusCode.OK, again.StatusCode);
                continue;
            }

            await first.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "overloaded");
            Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        }
    }
}

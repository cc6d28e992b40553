using System.Diagnostics;
using System.Net;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Orders;

/// <summary>Waiting for the end of an order that is not delivered at once.</summary>
public sealed class PreferWaitTests : IAsyncLifetime
{
    private TestHost _host = null!;
    private string _key = "";

    public async ValueTask InitializeAsync()
    {
        // Nothing works on units here but the test.
        _host = await TestHost.StartAsync(new TestHostOptions { Settings = new() { ["Host:Roles"] = "Api" } });
        await _host.CreateAsync("/v1/admin/skus", """{"code":"HAND","name":"HAND","kind":"manual","currency":"CNY","price":"1.00"}""");
        _key = await _host.ShopAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task WithoutTheHeader_AnOpenOrderIsAnsweredAtOnce()
    {
        using var answer = await PlaceAsync("A-1", prefer: null);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Preference-Applied"));
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
        Assert.Equal("processing", (await answer.JsonAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task OrderThatEndsMeanwhile_IsAnsweredWithItsEnd_AtOnce()
    {
        var time = Stopwatch.StartNew();
        var placed = PlaceAsync("A-1", "respond-async, wait=30");
        var order = await WaitingAsync("A-1");
        await EndAsync(order);
        using var answer = await placed;

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("wait=30", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        Assert.Equal("fulfilled", (await answer.JsonAsync()).GetProperty("status").GetString());
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task EndOnAnotherNode_IsSeen()
    {
        var placed = PlaceAsync("A-1", "wait=30");
        await EndAsync(await WaitingAsync("A-1"), tell: false);
        using var answer = await placed;

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task OrderThatDoesNotEnd_IsAnsweredAsItIs_OnceTheTimeIsOver()
    {
        using var answer = await PlaceAsync("A-1", "wait=1");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("wait=1", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
    }

    [Fact]
    public async Task Repeat_WaitsToo()
    {
        using (await PlaceAsync("A-1", prefer: null))
        {
        }

        var repeated = PlaceAsync("A-1", "wait=30");
        await EndAsync(await WaitingAsync("A-1"));
        using var answer = await repeated;

        Assert.Equal((HttpStatusCode.OK, "fulfilled"), (answer.StatusCode, (await answer.JsonAsync()).GetProperty("status").GetString()));
        Assert.True(answer.Headers.Contains("Preference-Applied"));
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("wait=")]
    [InlineData("wait=-1")]
    [InlineData("wait=soon")]
    [InlineData("return=minimal")]
    public async Task PreferenceThatCannotBeRead_IsPassedOver(string prefer)
    {
        using var answer = await PlaceAsync("A-1", prefer);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Preference-Applied"));
    }

    [Fact]
    public async Task HostThatStops_AnswersThoseWhoWait()
    {
        var placed = PlaceAsync("A-1", "wait=30");
        await WaitingAsync("A-1");
        var time = Stopwatch.StartNew();
        await _host.StopAsync();
        using var answer = await placed;

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(25));
    }

    private Task<HttpResponseMessage> PlaceAsync(string reference, string? prefer)
    {
        (string, string)[] headers = prefer is null ? [] : [("Prefer", prefer)];
        return _host.PostAsync("/v1/orders", _key, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"HAND","quantity":1}]}""", headers);
    }

    // The order, once it is on disk.
    private async Task<long> WaitingAsync(string reference)
    {
        while (true)
        {
            using var list = await _host.GetAsync($"/v1/orders?clientReference={reference}", _key);
            var found = (await list.JsonAsync()).GetProperty("data");
            if (found.GetArrayLength() == 1)
            {
                Assert.True(PublicId.TryParse(PublicId.Order, found[0].GetProperty("id").GetString()!, out var id));
                return id;
            }
        }
    }

    private async Task EndAsync(long orderId, bool tell = true)
    {
        var store = _host.Services.GetRequiredService<IFulfilmentStore>();
        await store.RunAsync(async transaction =>
        {
            var effects = new OrderEffects();
            var units = await transaction.FindCancellableAsync(orderId, 0);
            var status = await _host.Services.GetRequiredService<CloseUnits>().RunAsync(
                transaction, orderId, [.. units.Select(unit => new UnitEnd(unit, UnitState.Delivered))], DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), effects);
            await transaction.WriteAsync(effects);
            return status;
        });
        if (tell)
        {
            _host.Services.GetRequiredService<OrderEnds>().Raise(orderId);
        }
    }
}

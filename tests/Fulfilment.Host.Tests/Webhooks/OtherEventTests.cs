using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>Events that no change of an order is, each by its real cause.</summary>
[Trait("Engine", "Sqlite")]
public sealed class OtherEventTests : IAsyncLifetime
{
    private WebhookShop _shop = null!;
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync()
    {
        _shop = await WebhookShop.StartAsync();
        _receiver = await Receiver.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task AChangeThatStorefrontsSee_IsTold_AndOneThatTheyDoNotSeeIsNot()
    {
        await _shop.EndpointAsync(_receiver.Url, """["sku.updated"]""");

        await PatchAsync("/v1/admin/skus/VIP", """{"holdMinutes":7}""");
        await PatchAsync("/v1/admin/skus/VIP", """{"price":"2.00"}""");

        var told = await OneAsync("sku.updated");
        Assert.Equal("VIP", told.GetProperty("sku").GetString());
        Assert.True(told.GetProperty("updatedAt").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5));
    }

    [Fact]
    public async Task ABatch_IsToldWhenItIsComplete_AndWhenItIsRecalled()
    {
        await _shop.EndpointAsync(_receiver.Url, """["batch.completed","batch.recalled"]""");
        using var imported = await _shop.Host.ImportAsync("VIP", ["MORE-1", "MORE-2"]);
        var batch = (await imported.JsonAsync()).GetProperty("id").GetString();
        await _receiver.UntilAsync(1);

        await _shop.PostAsync($"/v1/inventory/batches/{batch}/recall", """{"reason":"bad"}""", key: TestHost.OperatorKey);

        await _receiver.UntilAsync(2);
        Assert.Equal(
            [("batch.completed", batch, "VIP", "completed"), ("batch.recalled", batch, "VIP", "recalled")],
            _receiver.Received.Select(one => (one.Type, one.Data.GetProperty("batchId").GetString(), one.Data.GetProperty("sku").GetString()!, one.Data.GetProperty("status").GetString()!)));
    }

    [Fact]
    public async Task AStorefrontWhoseMoneyRunsLow_IsToldOnce_UntilItHasRecovered()
    {
        await _shop.Host.CreateAsync("/v1/admin/storefronts", """{"code":"prepaid","name":"prepaid","settlement":"prepaid","lowBalance":"5.00"}""");
        var key = await _shop.Host.KeyAsync("storefront:prepaid");
        await _shop.EndpointAsync(_receiver.Url, """["account.low"]""", key);
        await DepositAsync("6.00");
        await _shop.BuyAsync(key);
        await LookAsync();
        Assert.Empty(_receiver.Received);

        await _shop.BuyAsync(key);
        await LookAsync();
        var told = await OneAsync("account.low");
        await _shop.BuyAsync(key);
        await LookAsync();
        Assert.Equal(("CNY", "4.00", "5.00"), (told.GetProperty("currency").GetString(), told.GetProperty("available").GetString(), told.GetProperty("lowBalance").GetString()));

        await DepositAsync("10.00");
        await LookAsync();
        for (var i = 0; i < 9; i++)
        {
            await _shop.BuyAsync(key);
        }

        await LookAsync();
        await _receiver.UntilAsync(2);
    }

    // The job runs every ten seconds; somebody who asks need not wait.
    private async Task LookAsync()
    {
        var asked = (await _shop.PostAsync("/v1/admin/jobs/low-accounts/run", key: TestHost.OperatorKey)).GetProperty("requestedAt").GetDateTimeOffset();
        await Patience.UntilAsync(async () =>
        {
            var job = await _shop.GetAsync("/v1/admin/jobs/low-accounts", TestHost.OperatorKey);
            return job.GetProperty("lastSucceededAt") is { ValueKind: JsonValueKind.String } succeeded && succeeded.GetDateTimeOffset() > asked;
        });
    }

    private async Task<JsonElement> OneAsync(string type)
    {
        await _receiver.UntilAsync(1);
        var webhook = Assert.Single(_receiver.Received);
        Assert.Equal(type, webhook.Type);
        return webhook.Data;
    }

    private async Task PatchAsync(string path, string json)
    {
        using var answer = await _shop.Host.SendAsync(HttpMethod.Patch, path, TestHost.OperatorKey, json);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task DepositAsync(string amount)
    {
        using var answer = await _shop.Host.PostAsync(
            "/v1/admin/storefronts/prepaid/deposits", TestHost.OperatorKey, $$"""{"amount":"{{amount}}","currency":"CNY"}""", ("Idempotency-Key", Guid.NewGuid().ToString()));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }
}

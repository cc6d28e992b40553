using System.Net;
using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Suppliers;

/// <summary>Our deposit at another installation runs low.</summary>
public sealed class LowBalanceTests : IAsyncLifetime
{
    private TestHost _wholesaler = null!, _retailer = null!;

    public async ValueTask InitializeAsync()
    {
        _wholesaler = await TestHost.StartAsync();
        _retailer = await TestHost.StartAsync();
        await _wholesaler.CreateAsync("/v1/admin/storefronts", """{"code":"retailer","name":"Retailer","settlement":"prepaid"}""");
        var key = await _wholesaler.KeyAsync("storefront:retailer");
        await _retailer.CreateAsync("/v1/admin/suppliers", $$$"""
            {"code":"wholesaler","name":"Wholesaler","adapter":"contract","lowBalance":"500.00",
             "settings":{"baseUrl":"{{{_wholesaler.Client.BaseAddress}}}","secrets":{"apiKey":"{{{key}}}","webhookSecret":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="} } }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _retailer.DisposeAsync();
        await _wholesaler.DisposeAsync();
    }

    [Fact]
    public async Task LowBalance_IsToldOnce_UntilThereIsMoreAgain()
    {
        await DepositAsync("499.99");
        Assert.Equal("Low at wholesaler.", await LookAsync());
        await LookAsync();

        var alert = Assert.Single(await OpenAsync());
        Assert.Equal(("supplier:wholesaler", "Less than 500.00 CNY is left of our money at wholesaler.", 1), (
            alert.GetProperty("subject").GetString(), alert.GetProperty("cause").GetString(), alert.GetProperty("count").GetInt32()));

        await DepositAsync("0.01");
        Assert.Null(await LookAsync());
        Assert.Empty(await OpenAsync());
    }

    [Fact]
    public async Task SupplierThatDoesNotAnswer_ChangesNothing_AndOneThatNobodyAsksAboutIsOver()
    {
        await DepositAsync("1.00");
        await LookAsync();
        await _wholesaler.StopAsync();

        Assert.Null(await LookAsync());
        Assert.Single(await OpenAsync());

        using var changed = await _retailer.SendAsync(HttpMethod.Patch, "/v1/admin/suppliers/wholesaler", TestHost.OperatorKey, """{"lowBalance":null}""");
        Assert.Equal(JsonValueKind.Null, (await changed.JsonAsync()).GetProperty("lowBalance").ValueKind);
        await LookAsync();
        Assert.Empty(await OpenAsync());
    }

    private Task<string?> LookAsync() => _retailer.Services.GetRequiredService<WatchBalances>().RunAsync(TestContext.Current.CancellationToken);

    private async Task DepositAsync(string amount)
    {
        using var answer = await _wholesaler.PostAsync(
            "/v1/admin/storefronts/retailer/deposits", TestHost.OperatorKey, $$"""{"amount":"{{amount}}","currency":"CNY","reference":"bank"}""", ("Idempotency-Key", amount));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private async Task<List<JsonElement>> OpenAsync()
    {
        using var answer = await _retailer.GetAsync("/v1/admin/alerts?kind=balanceLow&status=open", TestHost.OperatorKey);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }
}

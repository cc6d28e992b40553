using System.Net;
using System.Text.Json;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers.Products;
using Microsoft.Extensions.DependencyInjection;
using static Fulfilment.Host.Tests.Suppliers.ListingSupplier;

namespace Fulfilment.Host.Tests.Suppliers;

/// <summary>The catalogue follows what a supplier sells, and never further than operators let it.</summary>
public sealed class ProductSyncTests : IAsyncLifetime
{
    private const string Path = "/v1/admin/suppliers/acme";

    private readonly ListingSupplier _acme = new();
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_acme.Options());
        await _host.CreateAsync("/v1/admin/suppliers", """{"code":"acme","name":"acme","adapter":"listing","settings":{}}""");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Plan_IsShownFirst_AndThenApplied_AuditedForEachSku()
    {
        await SkuAsync("A", "12.50", "11.00");
        await SkuAsync("B", "20.00", "15.00");
        await MarkUpsAsync("""{"rule":{"percent":10,"step":"0.10"},"skus":[{"sku":"B","rule":null}]}""");
        _acme.Products = [Product("s-A", "11.55"), Product("s-B", "15.50"), Product("s-C", "3.00")];

        var plan = await PreviewAsync();
        Assert.Equal(
            """[{"sku":"B","costs":[{"supplierSku":"s-B","before":"15.00","after":"15.50"}],"price":null,"shelf":null,"inverted":false,"issues":[]},{"sku":"A","costs":[{"supplierSku":"s-A","before":"11.00","after":"11.55"}],"price":{"before":"12.50","after":"12.80","automatic":false},"shelf":null,"inverted":false,"issues":[]}]""",
            plan.GetProperty("skus").GetRawText());
        Assert.Equal("""[{"supplierSku":"s-C","name":"Product s-C","cost":"3.00","currency":"CNY","faceValue":null,"suggestedPrice":"3.30"}]""", plan.GetProperty("newProducts").GetRawText());
        Assert.Equal(("12.50", "11.00"), await PriceAndCostAsync("A"));
        Assert.Empty(await DataAsync($"{Path}/products"));

        var synced = await SyncAsync(plan.GetProperty("plan").GetString()!);
        Assert.Equal("""{"changed":["B","A"],"created":[],"refused":[]}""", synced.GetRawText());
        Assert.Equal(("12.80", "11.55"), await PriceAndCostAsync("A"));
        Assert.Equal(("20.00", "15.50"), await PriceAndCostAsync("B"));
        Assert.Equal(["s-C", "s-B", "s-A"], (await DataAsync($"{Path}/products")).Select(product => product.GetProperty("supplierSku").GetString()!).OrderDescending());
        var audited = (await DataAsync("/v1/admin/audit?subject=sku:A&action=sku.updated")).Single();
        Assert.Contains("12.50", audited.GetProperty("before").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("12.80", audited.GetProperty("after").GetRawText(), StringComparison.Ordinal);

        using var again = await PostSyncAsync(plan.GetProperty("plan").GetString()!);
        await again.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict", "/plan");
    }

    [Fact]
    public async Task Plan_ThatIsNoLongerTrue_IsRefused_AndChangesNothing()
    {
        await SkuAsync("A", "12.50", "11.00");
        _acme.Products = [Product("s-A", "11.55")];
        var plan = (await PreviewAsync()).GetProperty("plan").GetString()!;

        _acme.Products = [Product("s-A", "12.45")];
        using var refused = await PostSyncAsync(plan);

        await refused.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict", "/plan");
        Assert.Equal(("12.50", "11.00"), await PriceAndCostAsync("A"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListThatDoesNotCome_OrIsEmpty_ChangesNothing(bool answers)
    {
        await SkuAsync("A", "12.50", "11.00");
        _acme.Products = [Product("s-A", "11.00")];
        await RunAsync();

        _acme.Products = answers ? [] : null;
        using var preview = await _host.SendAsync(HttpMethod.Post, $"{Path}/products/preview", TestHost.OperatorKey);
        await preview.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict");
        Assert.Null(await RunAsync());

        Assert.True(await IsOnShelfAsync("A"));
        Assert.True((await DataAsync($"{Path}/products")).Single().GetProperty("onShelf").GetBoolean());
    }

    [Fact]
    public async Task Job_ChangesCosts_ButPricesOnlyWhereTheRuleIsAutomatic()
    {
        await SkuAsync("A", "12.50", "11.00");
        await SkuAsync("B", "12.50", "11.00");
        await SkuAsync("C", "12.50", "11.00");
        await MarkUpsAsync("""{"rule":{"percent":50},"skus":[{"sku":"A","rule":{"fixed":"1.00","minimumMargin":"2.00","automatic":true}},{"sku":"C","rule":null}]}""");
        _acme.Products = [Product("s-A", "12.00"), Product("s-B", "12.00"), Product("s-C", "12.00")];

        await RunAsync();

        Assert.Equal(("14.00", "12.00"), await PriceAndCostAsync("A"));
        Assert.Equal(("12.50", "12.00"), await PriceAndCostAsync("B"));
        Assert.Equal(("12.50", "12.00"), await PriceAndCostAsync("C"));
    }

    [Theory]
    [InlineData("0.00", "CNY", "costIsZero")]
    [InlineData("9.00", "USD", "currencyDiffers")]
    public async Task CostThatCannotBeTrusted_IsNotFollowed_AndSaid(string cost, string currency, string issue)
    {
        await SkuAsync("A", "12.50", "11.00");
        await MarkUpsAsync("""{"rule":{"percent":10,"automatic":true},"skus":[]}""");
        _acme.Products = [Product("s-A", cost, currency: currency)];

        Assert.Equal(issue, (await PreviewAsync()).GetProperty("skus")[0].GetProperty("issues")[0].GetProperty("kind").GetString());
        await RunAsync();
        Assert.Equal(("12.50", "11.00"), await PriceAndCostAsync("A"));
    }

    [Fact]
    public async Task Shelf_FollowsTheSupplier_AlsoWhereTheListForgetsTheProduct()
    {
        await SkuAsync("A", "12.50", "11.00");
        await SkuAsync("B", "12.50", "11.00", """,{"source":"manual"}""");
        await ListAsync(Product("s-A", "11.00"), Product("s-B", "11.00"));

        await ListAsync(Product("s-A", "11.00", onShelf: false), Product("s-B", "11.00", onShelf: false));
        Assert.Equal((false, true), (await IsOnShelfAsync("A"), await IsOnShelfAsync("B")));
        await ListAsync(Product("s-A", "11.00"));
        Assert.True(await IsOnShelfAsync("A"));
        await ListAsync(Product("s-B", "11.00"));
        Assert.False(await IsOnShelfAsync("A"));
        await ListAsync(Product("s-A", "11.00"));
        Assert.True(await IsOnShelfAsync("A"));
    }

    [Fact]
    public async Task Shelf_NeverGoesAgainstAnOperator()
    {
        await SkuAsync("A", "12.50", "11.00");
        var (on, off) = (Product("s-A", "11.00"), Product("s-A", "11.00", onShelf: false));
        await ListAsync(on);
        await PatchAsync("A", """{"onShelf":false}""");
        await ListAsync(off);
        await ListAsync(on);
        Assert.False(await IsOnShelfAsync("A"));

        await PatchAsync("A", """{"onShelf":true}""");
        await ListAsync(off);
        Assert.False(await IsOnShelfAsync("A"));
        await PatchAsync("A", """{"onShelf":true}""");
        await ListAsync(off);
        Assert.True(await IsOnShelfAsync("A"));

        await ListAsync(on);
        await ListAsync(off);
        Assert.False(await IsOnShelfAsync("A"));
        await PatchAsync("A", """{"onShelf":false}""");
        await ListAsync(on);
        Assert.False(await IsOnShelfAsync("A"));
    }

    [Fact]
    public async Task CostAbovePrice_RaisesAnAlert_ThatEndsWithIt()
    {
        await SkuAsync("A", "12.50", "11.00");
        await ListAsync(Product("s-A", "12.60"));
        await ListAsync(Product("s-A", "12.60"));
        var alert = (await DataAsync("/v1/admin/alerts?kind=priceInversion&status=open")).Single();
        Assert.Equal(("sku:A", "warning"), (alert.GetProperty("subject").GetString(), alert.GetProperty("severity").GetString()));
        Assert.Contains("sold for 12.50 CNY, and acme charges 12.60", alert.GetProperty("cause").GetString(), StringComparison.Ordinal);

        await ListAsync(Product("s-A", "12.50"));
        Assert.Empty(await DataAsync("/v1/admin/alerts?kind=priceInversion&status=open"));

        // A price that somebody changes is seen by the job, whatever the supplier lists.
        var prices = _host.Services.GetRequiredService<WatchPrices>();
        await PatchAsync("A", """{"price":"12.00"}""");
        await prices.RunAsync();
        await prices.RunAsync();
        Assert.Equal(1, (await DataAsync("/v1/admin/alerts?kind=priceInversion&status=open")).Single().GetProperty("count").GetInt32());
        await PatchAsync("A", """{"price":"12.50"}""");
        await prices.RunAsync();
        Assert.Empty(await DataAsync("/v1/admin/alerts?kind=priceInversion&status=open"));
    }

    [Fact]
    public async Task NewProduct_BecomesASku_OnlyWhenAsked()
    {
        _acme.Products = [Product("s-N", "8.00"), Product("s-O", "8.00", onShelf: false)];
        var plan = (await PreviewAsync()).GetProperty("plan").GetString()!;

        using var made = await _host.PostAsync($"{Path}/products/sync", TestHost.OperatorKey, $$"""
            {"plan":"{{plan}}","create":[{"supplierSku":"s-N","code":"N","kind":"topUp","price":"9.00"},{"supplierSku":"s-O","code":"O","kind":"topUp","price":"9.00"},{"supplierSku":"s-N","code":"P","kind":"topUp"}]}
            """);
        var answer = await made.JsonAsync();

        Assert.Equal("""["N"]""", answer.GetProperty("created").GetRawText());
        Assert.Equal([("O", "not_found"), ("P", "invalid_request")], answer.GetProperty("refused").EnumerateArray().Select(sku => (sku.GetProperty("sku").GetString(), sku.GetProperty("code").GetString())));
        Assert.Equal(("9.00", "8.00"), await PriceAndCostAsync("N"));
        Assert.False(await IsOnShelfAsync("N"));
        using var twice = await _host.GetAsync($"{Path}/mark-ups", TestHost.OperatorKey);
        Assert.Equal("""{"rule":null,"skus":[]}""", (await twice.JsonAsync()).GetRawText());
    }

    [Theory]
    [InlineData("""{"rule":{"percent":-1},"skus":[]}""", "/rule/percent")]
    [InlineData("""{"rule":{"step":"0"},"skus":[]}""", "/rule/step")]
    [InlineData("""{"rule":null,"skus":[{"sku":"A","rule":null},{"sku":"A","rule":null}]}""", "/skus/1/sku")]
    public async Task MarkUp_ThatMakesNoPrice_IsRefused(string body, string param)
    {
        await SkuAsync("A", "12.50", "11.00");
        using var refused = await _host.SendAsync(HttpMethod.Put, $"{Path}/mark-ups", TestHost.OperatorKey, body);
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid_request", param);
    }

    private Task<JsonElement> SkuAsync(string code, string price, string cost, string more = "") => _host.CreateAsync("/v1/admin/skus", $$"""
        {"code":"{{code}}","name":"{{code}}","kind":"topUp","currency":"CNY","price":"{{price}}",
         "routes":[{"source":"supplier","supplier":"acme","supplierSku":"s-{{code}}","unitCost":"{{cost}}"}{{more}}]}
        """);

    private async Task ListAsync(params Core.Suppliers.SupplierProduct[] products)
    {
        _acme.Products = products;
        Assert.NotNull(await RunAsync());
    }

    // What the recurring job does for each supplier.
    private Task<SyncedProducts?> RunAsync() => _host.Services.GetRequiredService<SyncProducts>().RunAsync(
        _host.Services.GetRequiredService<ICatalogue>().Current.FindSupplier("acme")!, new Actor("job:products", null), TestContext.Current.CancellationToken);

    private async Task MarkUpsAsync(string body)
    {
        using var answer = await _host.SendAsync(HttpMethod.Put, $"{Path}/mark-ups", TestHost.OperatorKey, body);
        Assert.True(answer.IsSuccessStatusCode, (await answer.JsonAsync()).GetRawText());
    }

    private async Task PatchAsync(string sku, string body)
    {
        using var answer = await _host.SendAsync(HttpMethod.Patch, $"/v1/admin/skus/{sku}", TestHost.OperatorKey, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<JsonElement> PreviewAsync()
    {
        using var answer = await _host.SendAsync(HttpMethod.Post, $"{Path}/products/preview", TestHost.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private async Task<JsonElement> SyncAsync(string plan)
    {
        using var answer = await PostSyncAsync(plan);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    private Task<HttpResponseMessage> PostSyncAsync(string plan) => _host.PostAsync($"{Path}/products/sync", TestHost.OperatorKey, $$"""{"plan":"{{plan}}"}""");

    private async Task<(string? Price, string? Cost)> PriceAndCostAsync(string sku)
    {
        using var answer = await _host.GetAsync($"/v1/admin/skus/{sku}", TestHost.OperatorKey);
        var body = await answer.JsonAsync();
        return (body.GetProperty("price").GetString(), body.GetProperty("routes")[0].GetProperty("unitCost").GetString());
    }

    private async Task<bool> IsOnShelfAsync(string sku)
    {
        using var answer = await _host.GetAsync($"/v1/admin/skus/{sku}", TestHost.OperatorKey);
        return (await answer.JsonAsync()).GetProperty("onShelf").GetBoolean();
    }

    private async Task<List<JsonElement>> DataAsync(string path)
    {
        using var answer = await _host.GetAsync(path, TestHost.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }
}

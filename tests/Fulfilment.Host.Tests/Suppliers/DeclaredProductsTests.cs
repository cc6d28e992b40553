using System.Net;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers.Products;
using Fulfilment.Host.Tests.Supply;
using Microsoft.Extensions.DependencyInjection;
using SupplierSimulator;
using SupplierSimulator.Wire;

namespace Fulfilment.Host.Tests.Suppliers;

/// <summary>The catalogue follows the list of a supplier that is described by a file, over real HTTP: signed requests, pages, prices in the supplier's own units.</summary>
public sealed class DeclaredProductsTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public static TheoryData<string> Examples => [.. ExampleSupplier.Files.Select(ExampleSupplier.CodeOf)];

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Costs_Shelf_AndNewProducts_AreTheSuppliers(string example)
    {
        var file = ExampleSupplier.Files.Single(file => ExampleSupplier.CodeOf(file) == example);
        await using var supplier = await ExampleSupplier.StartAsync(file, new SimulatorSettings { Products = [For("A", "11.55"), For("B", "15.00"), For("NEW", "3.00")] });
        await _host.CreateAsync("/v1/admin/suppliers", supplier.Body(_host.Client.BaseAddress!, SuppliedShop.Limits));
        await SkuAsync(supplier.Code, "A", "12.50", "11.00");
        await SkuAsync(supplier.Code, "B", "20.00", "15.00");
        if (supplier.Definition.Products is null)
        {
            using var none = await PostAsync(supplier.Code, "preview");
            await none.AssertProblemAsync(HttpStatusCode.Conflict, "state_conflict");
            return;
        }

        using var preview = await PostAsync(supplier.Code, "preview");
        var plan = await preview.JsonAsync();
        Assert.Equal("NEW 3.00", string.Join(',', plan.GetProperty("newProducts").EnumerateArray().Select(product => $"{product.GetProperty("supplierSku")} {product.GetProperty("cost")}")));
        using var synced = await PostAsync(supplier.Code, "sync", $$"""{"plan":"{{plan.GetProperty("plan").GetString()}}"}""");
        Assert.Equal("""{"changed":["A"],"created":[],"refused":[]}""", (await synced.JsonAsync()).GetRawText());
        Assert.Equal(("11.55", true), await CostAndShelfAsync("A"));

        // The price rises above what B is sold for, A goes off the shelf, and NEW is listed no more.
        supplier.Simulator.Products = [For("A", "11.55", onShelf: false), For("B", "20.01")];
        Assert.NotNull(await RunAsync(supplier.Code));
        Assert.Equal(("11.55", false), await CostAndShelfAsync("A"));
        Assert.Equal(("20.01", true), await CostAndShelfAsync("B"));
        Assert.Equal("A:True:False,B:True:True,NEW:False:False", await KnownAsync(supplier.Code));
        Assert.Contains((await DataAsync("/v1/admin/alerts")).Select(alert => alert.GetProperty("kind").GetString()), kind => kind == "priceInversion");

        // One that cannot be reached takes nothing off the shelf.
        using var moved = await _host.SendAsync(
            HttpMethod.Patch, $"/v1/admin/suppliers/{supplier.Code}", TestHost.OperatorKey, supplier.Body(_host.Client.BaseAddress!, SuppliedShop.Limits, new Uri("http://127.0.0.1:1")));
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
        Assert.Null(await RunAsync(supplier.Code));
        Assert.Equal(("20.01", true), await CostAndShelfAsync("B"));
    }

    private static ProductForSale For(string code, string price, bool onShelf = true) =>
        Money.TryParse(price, out var money) ? new ProductForSale(code, "Product " + code, money, onShelf) : throw new ArgumentException(price);

    // What the recurring job does for each supplier.
    private Task<SyncedProducts?> RunAsync(string supplier) => _host.Services.GetRequiredService<SyncProducts>().RunAsync(
        _host.Services.GetRequiredService<ICatalogue>().Current.FindSupplier(supplier)!, new Actor("job:products", null), TestContext.Current.CancellationToken);

    private Task<JsonElement> SkuAsync(string supplier, string code, string price, string cost) => _host.CreateAsync("/v1/admin/skus", $$"""
        {"code":"{{code}}","name":"{{code}}","kind":"topUp","currency":"CNY","price":"{{price}}",
         "routes":[{"source":"supplier","supplier":"{{supplier}}","supplierSku":"{{code}}","unitCost":"{{cost}}"}]}
        """);

    private Task<HttpResponseMessage> PostAsync(string supplier, string what, string body = "") => _host.PostAsync($"/v1/admin/suppliers/{supplier}/products/{what}", TestHost.OperatorKey, body);

    private async Task<(string? Cost, bool OnShelf)> CostAndShelfAsync(string sku)
    {
        using var answer = await _host.GetAsync($"/v1/admin/skus/{sku}", TestHost.OperatorKey);
        var body = await answer.JsonAsync();
        return (body.GetProperty("routes")[0].GetProperty("unitCost").GetString(), body.GetProperty("onShelf").GetBoolean());
    }

    private async Task<string> KnownAsync(string supplier) => string.Join(',', (await DataAsync($"/v1/admin/suppliers/{supplier}/products"))
        .Select(product => $"{product.GetProperty("supplierSku").GetString()}:{product.GetProperty("listed").GetBoolean()}:{product.GetProperty("onShelf").GetBoolean()}").Order(StringComparer.Ordinal));

    private async Task<List<JsonElement>> DataAsync(string path)
    {
        using var answer = await _host.GetAsync(path, TestHost.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray()];
    }
}

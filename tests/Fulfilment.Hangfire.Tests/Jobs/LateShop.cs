using Fulfilment.Host.Tests;

namespace Fulfilment.Hangfire.Tests.Jobs;

/// <summary>A shop whose one SKU comes from <see cref="LateSupplier"/>.</summary>
internal static class LateShop
{
    /// <summary>The storefront's key.</summary>
    public static async Task<string> OpenAsync(TestHost host)
    {
        await host.CreateAsync("/v1/admin/suppliers", """{"code":"late","name":"late","adapter":"late","settings":{}}""");
        await host.CreateAsync("/v1/admin/skus", """
            {"code":"LATE","name":"LATE","kind":"topUp","currency":"CNY","price":"10.00","recipientMode":"required",
             "routes":[{"source":"supplier","supplier":"late","supplierSku":"L","unitCost":"8.00"}]}
            """);
        return await host.ShopAsync();
    }

    public static async Task PlaceAsync(TestHost host, string shop, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            using var placed = await host.PostAsync("/v1/orders", shop, $$"""
                {"clientReference":"L-{{i}}","currency":"CNY","lines":[{"sku":"LATE","quantity":1,"recipient":"13800001234"}]}
                """);
            Assert.True(placed.IsSuccessStatusCode);
        }
    }

    /// <summary>Waits until so many orders are fulfilled.</summary>
    public static Task AllEndAsync(TestHost host, string shop, int count) => Patience.UntilAsync(async () =>
    {
        using var answer = await host.GetAsync("/v1/orders?status=fulfilled&limit=200", shop);
        return (await answer.JsonAsync()).GetProperty("data").GetArrayLength() == count;
    });
}

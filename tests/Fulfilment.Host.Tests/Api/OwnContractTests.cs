using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Tests.Orders;
using Fulfilment.Suppliers.Http;
using Fulfilment.Suppliers.OwnContract;

namespace Fulfilment.Host.Tests.Api;

/// <summary>One installation supplies another: the adapter for our contract against a host of ours.</summary>
public sealed class OwnContractTests(Shop shop) : IClassFixture<Shop>, IDisposable
{
    private static int _attempts;

    private readonly SupplierHttp _http = new(TimeProvider.System, TimeSpan.FromSeconds(5));

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Unit_IsIssuedOnce_AndAQueryTellsTheSame()
    {
        var supplier = Supplier(shop.Key);
        var request = Request("VIP");

        Assert.IsType<SupplierAnswer.NotFound>(await supplier.QueryAsync(request, TestContext.Current.CancellationToken));
        var issued = Assert.IsType<SupplierOutcome.Issued>(await IssueAsync(supplier, request));
        var asked = await supplier.QueryAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(issued.Codes, Assert.IsType<SupplierOutcome.Issued>(Assert.IsType<SupplierAnswer.Answered>(asked).Outcome).Codes);
        Assert.Equal(new DateOnly(2027, 1, 31), Assert.Single(issued.Codes).ExpiresOn);
        Assert.StartsWith("ord_", issued.Receipt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EMPTY", "out_of_stock")]
    [InlineData("OFF", "sku_off_shelf")]
    [InlineData("NO-SUCH", "unknown_sku")]
    [InlineData("USD", "currency_mismatch")]
    [InlineData("WHO", "recipient_required")]
    public async Task Refusal_IsDefinite_AndLeavesNoOrder(string sku, string reason)
    {
        var supplier = Supplier(shop.Key);
        var request = Request(sku);

        Assert.Equal(new SupplierOutcome.Rejected(reason), await IssueAsync(supplier, request));
        Assert.IsType<SupplierAnswer.NotFound>(await supplier.QueryAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task PriceAboveOurs_IsRefused_AndSoIsAnEmptyDeposit()
    {
        Assert.Equal(new SupplierOutcome.Rejected("price_changed"), await IssueAsync(Supplier(shop.Key), Request("VIP", new Money(1))));
        Assert.Equal(new SupplierOutcome.Rejected("insufficient_balance"), await IssueAsync(Supplier(shop.PoorKey), Request("VIP")));
        Assert.Equal(new SupplierOutcome.Rejected("forbidden"), await IssueAsync(Supplier(shop.OrdersOnly), Request("VIP")));
        Assert.Equal(new SupplierOutcome.Rejected("unauthorized"), await IssueAsync(Supplier("fk_live_nobody"), Request("VIP")));
    }

    [Fact]
    public async Task HeldOrder_IsUnderWay()
    {
        var supplier = Supplier(shop.HeldKey);
        var request = Request("HELD");
        await shop.Host.CreateAsync("/v1/admin/skus", """{"code":"HELD","name":"HELD","kind":"cardKey","currency":"CNY","price":"25.00","routes":[{"source":"pool"}]}""");
        using var imported = await shop.Host.ImportAsync("HELD", ["held-1"]);

        Assert.IsType<SupplierOutcome.Processing>(await IssueAsync(supplier, request));
        var asked = await supplier.QueryAsync(request, TestContext.Current.CancellationToken);
        Assert.IsType<SupplierOutcome.Processing>(Assert.IsType<SupplierAnswer.Answered>(asked).Outcome);
    }

    [Fact]
    public async Task BalanceAndProducts_AreRead()
    {
        var supplier = Supplier(shop.PoorKey);

        Assert.Equal(new SupplierBalance(Money.Zero, "CNY"), await supplier.BalanceAsync(TestContext.Current.CancellationToken));
        var products = await supplier.ProductsAsync(TestContext.Current.CancellationToken);
        Assert.Contains(products!, product => product is { SupplierSku: "VIP", OnShelf: true, Currency: "CNY" });
        Assert.DoesNotContain(products!, product => product.SupplierSku == "OFF");
    }

    private static SupplierRequest Request(string sku, Money? maxCost = null) => new()
    {
        AttemptId = 7_300_000_000_000_000_000 + Interlocked.Increment(ref _attempts),
        SupplierSku = sku,
        ExpectsCode = true,
        MaxCost = maxCost ?? Money.Largest,
        Currency = "CNY",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static async Task<SupplierOutcome> IssueAsync(ISupplier supplier, SupplierRequest request) => Assert.IsType<SupplierAnswer.Answered>(
        await supplier.IssueAsync(request, new SendPermit(TimeProvider.System, TimeSpan.FromSeconds(20)), TestContext.Current.CancellationToken)).Outcome;

    private ISupplier Supplier(string key)
    {
        var settings = JsonSerializer.SerializeToElement(new { baseUrl = shop.Host.Client.BaseAddress, secrets = new { apiKey = key } });
        var adapter = new ContractAdapter();
        Assert.Empty(adapter.Check(settings));
        return adapter.Create(settings, _http, TimeProvider.System);
    }
}

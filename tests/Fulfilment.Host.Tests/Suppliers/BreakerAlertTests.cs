using System.Net;
using System.Text.Json;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers;
using Fulfilment.Suppliers.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests.Suppliers;

/// <summary>A supplier that answers nothing definite is left alone, which is told once, and over once it delivers.</summary>
public sealed class BreakerAlertTests
{
    [Fact]
    public async Task OpenBreaker_IsToldOnce_UntilItCloses()
    {
        var acme = new MoodySupplier();
        await using var host = await TestHost.StartAsync(new TestHostOptions { Services = services => services.AddSingleton<ISupplierAdapter>(acme) });
        await host.CreateAsync("/v1/admin/suppliers", """{"code":"acme","name":"acme","adapter":"moody","settings":{"limits":{"breakerAfter":2,"breakerSeconds":1} } }""");
        await host.CreateAsync(
            "/v1/admin/skus",
            """{"code":"VIP","name":"VIP","kind":"cardKey","currency":"CNY","price":"12.50","routes":[{"source":"supplier","supplier":"acme","supplierSku":"A","unitCost":"10.00"}]}""");
        var (shop, suppliers, watch) = (await host.ShopAsync(), host.Services.GetRequiredService<ISuppliers>(), host.Services.GetRequiredService<WatchBreakers>());
        Assert.Empty(await OpenAsync());

        await PlaceAsync("A-1");
        await PlaceAsync("A-2");
        await Patience.UntilAsync(() => suppliers.IsBreakerOpen("acme"), () => host.Log.Text);
        Assert.Equal(("supplier:acme", "supplier:acme", 1), Assert.Single(await OpenAsync()));
        Assert.Single(await OpenAsync());

        acme.Delivers = true;
        await PlaceAsync("A-3");
        await Patience.UntilAsync(() => !suppliers.IsBreakerOpen("acme"), () => host.Log.Text);
        Assert.Empty(await OpenAsync());

        async Task PlaceAsync(string reference)
        {
            using var answer = await host.PostAsync("/v1/orders", shop, $$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"VIP","quantity":1}]}""");
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        async Task<List<(string?, string?, int)>> OpenAsync()
        {
            await watch.LookAsync(TestContext.Current.CancellationToken);
            using var answer = await host.GetAsync("/v1/admin/alerts?kind=breakerOpen&status=open", TestHost.OperatorKey);
            return [.. (await answer.JsonAsync()).GetProperty("data").EnumerateArray().Select(alert => (
                alert.GetProperty("subject").GetString(), alert.GetProperty("group").GetString(), alert.GetProperty("count").GetInt32()))];
        }
    }

    private sealed class MoodySupplier : ISupplier, ISupplierAdapter
    {
        public bool Delivers { get; set; }

        public string Name => "moody";

        public SupplierTiming Timing { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));

        public bool CanQuery => true;

        public IReadOnlyList<string> Check(JsonElement settings) => [];

        public ISupplier Create(JsonElement settings, SupplierHttp http, TimeProvider time) => this;

        public Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation) => Task.FromResult<SupplierAnswer>(
            !permit.TryUse(this) ? new SupplierAnswer.NotSent("send_deadline_passed")
            : Delivers ? new SupplierAnswer.Answered(new SupplierOutcome.Issued([new IssuedCode(new CodeText(null, $"S{request.Reference}"))]), null)
            : new SupplierAnswer.Answered(new SupplierOutcome.Unknown("timeout"), null));

        public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation) =>
            Task.FromResult<SupplierAnswer>(new SupplierAnswer.Answered(new SupplierOutcome.Unknown("timeout"), null));

        public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => Task.FromResult<SupplierBalance?>(null);

        public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SupplierProduct>?>(null);

        public ParsedCallback ParseCallback(CallbackRequest request) => throw new NotSupportedException();
    }
}

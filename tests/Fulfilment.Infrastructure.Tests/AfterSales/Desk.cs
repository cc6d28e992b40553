using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>A shop with delivered orders, and the people who have to do with what comes after.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public static readonly Actor Shop1 = new("storefront:shop-1", null), Li = new("operator:li", null), Wang = new("operator:wang", null);

    private int _references;

    private Desk(OrderEngine engine) => Engine = engine;

    public OrderEngine Engine { get; }

    public long StorefrontId => Engine.Catalogue.FindStorefront(Shop)!.Id;

    /// <summary>A SKU at 10.00 whose codes cost 6.00, so many in stock, and a prepaid storefront with 1000.00.</summary>
    public static async Task<Desk> OpenAsync(int stock = 10, AfterSalesPolicy? policy = null, Func<Storefront, Storefront>? storefront = null, int price = 10)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(change: shop => storefront?.Invoke(shop) ?? shop with { Settlement = Settlement.Prepaid });
        await engine.DepositAsync(Shop, Cny(1_000));
        var sku = await engine.AddSkuAsync(change: sku => sku with { Price = Cny(price), AfterSales = policy ?? AfterSalesPolicy.Default });
        if (stock > 0)
        {
            await engine.AddBatchAsync(sku, stock);
        }

        return new Desk(engine);
    }

    /// <summary>A delivered order, whose codes have been shown or not.</summary>
    public async Task<StoredOrder> SoldAsync(int quantity = 1, bool shown = false, string storefront = Shop, params (string Sku, int Quantity)[] lines)
    {
        var request = Request($"R-{Interlocked.Increment(ref _references)}", lines.Length > 0 ? lines : [("VIP", quantity)]);
        var accepted = Accepted(await Engine.Place.HandleAsync(Engine.Catalogue.FindStorefront(storefront)!, request, shown));
        return await Engine.FindAsync(accepted.Draft.OrderId, storefront);
    }

    public async Task<Result<RequestedCase>> TryAskAsync(
        AfterSalesKind kind, StoredOrder order, IEnumerable<long>? units = null, string? key = null, string reason = "does not work", Actor? actor = null)
    {
        var ids = (units ?? order.Lines.SelectMany(line => line.Units).Select(unit => unit.Id)).Select(id => PublicId.Format(PublicId.Unit, id));
        var request = new AfterSalesRequest(order.Id, kind, [.. ids], reason, key ?? $"K-{Interlocked.Increment(ref _references)}");
        return await Engine.AfterSales.HandleAsync(request, actor is null ? order.StorefrontId : null, actor ?? Shop1);
    }

    public async Task<AfterSalesCase> AskAsync(AfterSalesKind kind, StoredOrder order, params long[] units) =>
        (await TryAskAsync(kind, order, units.Length > 0 ? units : null)).Value.Case;

    public Task<Result<AfterSalesCase>> ApproveAsync(AfterSalesCase pending, Actor? actor = null, bool badCard = false) =>
        Engine.Decisions.ApproveAsync(pending.Id, "checked", badCard, actor ?? Li);

    public Task<Result<AfterSalesCase>> RejectAsync(AfterSalesCase pending, Actor? actor = null) => Engine.Decisions.RejectAsync(pending.Id, "no", actor ?? Li);

    public Task<StoredOrder> NowAsync(StoredOrder order) => Engine.FindAsync(order.Id, Engine.Catalogue.Storefronts.First(shop => shop.Id == order.StorefrontId).Code);

    /// <summary>The order's units as they are now, in order.</summary>
    public async Task<IReadOnlyList<StoredUnit>> UnitsAsync(StoredOrder order) => [.. (await NowAsync(order)).Lines.SelectMany(line => line.Units)];

    public async Task<Money> BalanceAsync() => (await Engine.WalletAsync()).Balance;

    public async Task<IReadOnlyList<string>> CodesAsync(StoredOrder order) =>
        [.. (await Engine.Reveal.CodesAsync(order.StorefrontId, order.Id, Shop1, CancellationToken.None)).Value.Select(code => code.Secret)];

    public Task<long> CountAsync(string table, string where = "1 = 1", object? parameters = null) => Engine.CountAsync(table, where, parameters);

    public Task AssertBalanceAsync(string? seed = null) => OrderBooks.AssertBalanceAsync(Engine, seed);

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

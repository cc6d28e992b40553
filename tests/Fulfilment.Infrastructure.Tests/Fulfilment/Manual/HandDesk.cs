using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Fulfilment.Manual;

/// <summary>A workshop with two people in it.</summary>
internal sealed class HandDesk : IAsyncDisposable
{
    public static readonly Actor Li = new("operator:li", null), Wang = new("operator:wang", null);

    private HandDesk(Workshop shop)
    {
        Shop = shop;
        var (engine, node) = (shop.Engine, shop.Node);
        var store = engine.Storage.ManualStore(node.Vault);
        var contradictions = new Contradictions(engine.Codes, node.Stock, node.Ids);
        var issued = new DeliverIssued(node.Close, node.Stock, contradictions, engine.CatalogueSource, engine.Seal, node.Ids, engine.Calendar);
        var carryOut = new CarryOut(node.Close, node.Stock, node.Record, engine.CatalogueSource, engine.Seal, new OrderEnds(), engine.Work, node.Ids, engine.Calendar, engine.Time);
        Take = new TakeUnit(store, node.Ids, engine.Time);
        Deliver = new DeliverByHand(store, carryOut, engine.CatalogueSource, node.Ids, engine.Time);
        Settle = new SettleUnknown(store, carryOut, issued, shop.Suppliers, engine.CatalogueSource, node.Ids, engine.Time);
        Decide = new DecideUnit(store, carryOut, Settle, node.Ids, engine.Time);
        Resubmit = new ResubmitUnit(store, engine.Work, node.Ids, engine.Time);
        Overview = new UnitOverview(engine.Storage.Database, node.Vault);
    }

    public Workshop Shop { get; }

    public TakeUnit Take { get; }

    public DeliverByHand Deliver { get; }

    public SettleUnknown Settle { get; }

    public DecideUnit Decide { get; }

    public ResubmitUnit Resubmit { get; }

    public UnitOverview Overview { get; }

    public static async Task<HandDesk> OpenAsync(params Route[] routes) => new(await Workshop.OpenAsync(routes));

    /// <summary>An order whose one unit waits for a person.</summary>
    public async Task<(StoredOrder Order, long Unit)> QueuedAsync(string sku = "CODE")
    {
        var order = await Shop.OrderAsync(sku);
        await Shop.FinishAsync();
        var unit = await Shop.UnitAsync(order);
        Assert.Equal(UnitState.Manual, unit.State);
        return (order, unit.Id);
    }

    /// <summary>An order whose one unit is unknown at acme, its submission over.</summary>
    public async Task<(StoredOrder Order, long Unit)> UnknownAsync(string sku = "CODE")
    {
        var order = await Shop.OrderAsync(sku);
        await Shop.Node.LookAsync();
        var unit = await Shop.UnitAsync(order);
        Assert.Equal(UnitState.Unknown, unit.State);
        Shop.Pass(60);
        return (order, unit.Id);
    }

    public Task<Result<UnitDecision>> DeliverCodeAsync(long unit, string secret, Actor actor) =>
        Deliver.DeliverAsync(unit, new HandDelivery { Code = new CodeText(null, secret) }, actor);

    public static Settlement Issued(string? secret = null, string? receipt = null) =>
        new() { Issued = true, Evidence = "ticket 77", Code = secret is null ? null : new CodeText(null, secret), Receipt = receipt };

    public static Settlement Rejected() => new() { Issued = false, Evidence = "ticket 77" };

    public ValueTask DisposeAsync() => Shop.DisposeAsync();
}

using Fulfilment.Core;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

public sealed class CloseUnitsTests : IAsyncLifetime
{
    private OrderEngine _engine = null!;

    public async ValueTask InitializeAsync()
    {
        _engine = await StartAsync();
        await _engine.AddStorefrontAsync(change: shop => shop with { Settlement = Settlement.Prepaid });
        await _engine.DepositAsync(Shop, Cny(1_000));
        await _engine.AddSkuAsync();
        await _engine.AddSkuAsync("VIP-2", sku => sku with { Price = Cny(5) });
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task UnitsThatEnd_TakeTheirMoneyWithThem_AndTheLastOneClosesTheOrder()
    {
        var store = _engine.Storage.FulfilmentStore();
        var order = await AddAsync(("VIP", 2), ("VIP-2", 1));

        Assert.Equal(OrderStatus.Processing, await order.EndAsync(_engine, store, UnitState.Delivered, order.Units[0]));
        Assert.Equal(new WalletBalance(Cny(990), Cny(15)), await _engine.WalletAsync());
        Assert.Equal(OrderStatus.Processing, await order.EndAsync(_engine, store, UnitState.Failed, order.Units[1]));
        Assert.Equal(new WalletBalance(Cny(990), Cny(5)), await _engine.WalletAsync());
        Assert.Equal([OrderStatus.PartiallyFulfilled, OrderStatus.Processing], (await _engine.FindAsync(order.Id)).Lines.Select(line => line.Status));
        Assert.Equal(OrderStatus.PartiallyFulfilled, await order.EndAsync(_engine, store, UnitState.Delivered, order.Units[2]));

        Assert.Equal(new WalletBalance(Cny(985), Money.Zero), await _engine.WalletAsync());
        var closed = await _engine.FindAsync(order.Id);
        Assert.Equal((OrderStatus.PartiallyFulfilled, 4), (closed.Status, closed.Version));
        Assert.NotNull(closed.CompletedAtMs);
        Assert.Equal(1, await _engine.CountAsync("holds", "state = @posted AND settled = amount", new { posted = HoldState.Posted }));
        Assert.Equal(0, await _engine.CountAsync("orders", "due_at IS NOT NULL"));
        foreach (var (type, version) in new[] { (WebhookEvent.UnitDelivered, 2), (WebhookEvent.UnitFailed, 3), (WebhookEvent.OrderPartiallyFulfilled, 4) })
        {
            Assert.Equal(1, await _engine.CountAsync("outbox", "type = @type AND version = @version", new { type, version }));
        }
    }

    [Theory]
    [InlineData(UnitState.Delivered, OrderStatus.Fulfilled, HoldState.Posted)]
    [InlineData(UnitState.Failed, OrderStatus.Failed, HoldState.Voided)]
    [InlineData(UnitState.Cancelled, OrderStatus.Cancelled, HoldState.Voided)]
    public async Task UnitsThatEndTogether_CloseTheOrderOnce(UnitState state, OrderStatus status, HoldState hold)
    {
        var order = await AddAsync(("VIP", 3), ("VIP-2", 2));

        Assert.Equal(status, await order.EndAsync(_engine, _engine.Storage.FulfilmentStore(), state, [.. order.Units]));

        Assert.Equal(2, (await _engine.FindAsync(order.Id)).Version);
        Assert.Equal(1, await _engine.CountAsync("outbox", "order_id <> 0"));
        Assert.Equal(1, await _engine.CountAsync("holds", "state = @hold AND settled = amount", new { hold }));
        Assert.Equal(Money.Zero, (await _engine.WalletAsync()).Held);
    }

    [Fact]
    public async Task TheLastTwoUnits_EndedByTwoNodesAtOnce_CloseTheOrder()
    {
        var nodes = new[] { _engine.Storage.FulfilmentStore(), _engine.Storage.FulfilmentStore(_engine.Storage.OpenAnother()) };
        for (var round = 0; round < 20; round++)
        {
            var order = await AddAsync(("VIP", 2));

            var ended = await AtOnceAsync(2, i => new ValueTask<OrderStatus>(order.EndAsync(_engine, nodes[i], UnitState.Delivered, order.Units[i])));

            Assert.Equal([OrderStatus.Processing, OrderStatus.Fulfilled], ended.Order());
            Assert.Equal(OrderStatus.Fulfilled, (await _engine.FindAsync(order.Id)).Status);
        }

        Assert.Equal(0, await _engine.CountAsync("orders", "open_units <> 0"));
    }

    [Fact]
    public async Task UnitThatHasEnded_CannotEndAgain_AndNothingOfTheTransactionRemains()
    {
        var store = _engine.Storage.FulfilmentStore();
        var order = await AddAsync(("VIP", 2));
        await order.EndAsync(_engine, store, UnitState.Delivered, order.Units[0]);

        await Assert.ThrowsAsync<InvalidOperationException>(() => order.EndAsync(_engine, store, UnitState.Delivered, [.. order.Units]));

        Assert.Equal(1, await _engine.CountAsync("units", "state = @pending", new { pending = UnitState.Pending }));
        Assert.Equal(new WalletBalance(Cny(990), Cny(10)), await _engine.WalletAsync());
    }

    private Task<PendingOrder> AddAsync(params (string Sku, int Quantity)[] lines) =>
        PendingOrder.AddAsync(_engine, null, [.. lines.Select(line => (_engine.Catalogue.FindSku(line.Sku)!, line.Quantity))]);
}

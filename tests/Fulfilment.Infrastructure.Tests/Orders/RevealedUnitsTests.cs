using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Storage;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>Whether a unit's code was ever shown is known for each unit, and never of one that was not.</summary>
public sealed class RevealedUnitsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NewOrder_IsMarked_WhenItsAnswerShowsCodes(bool showsCodes)
    {
        await using var engine = await WithStockAsync(1);

        var request = Request("A-1", quantity: 2) with { AllowPartial = true };
        var accepted = Accepted(await engine.Place.HandleAsync(engine.Catalogue.FindStorefront(Shop)!, request, showsCodes));

        var stored = await engine.FindAsync(accepted.Draft.OrderId);
        var units = stored.Lines[0].Units;
        Assert.Equal([UnitState.Delivered, UnitState.Failed], units.Select(unit => unit.State));
        Assert.Equal([showsCodes ? units[0].DeliveredAtMs : null, null], units.Select(unit => unit.RevealedAtMs));
        Assert.Equivalent(stored, StoredOrder.From(accepted), strict: true);
    }

    [Fact]
    public async Task HeldOrder_IsNotMarked_UntilItsCodesAreShown()
    {
        await using var engine = await WithStockAsync(3, holdAbove: true);
        var storefront = engine.Catalogue.FindStorefront(Shop)!;
        var id = Accepted(await engine.Place.HandleAsync(storefront, Request("A-1", quantity: 3), showsCodes: true)).Draft.OrderId;

        Assert.NotNull((await engine.Reveal.HandleAsync(storefront.Id, id, withCodes: true, Operator, CancellationToken.None)).Value);
        Assert.All(await RevealedAsync(engine, id), Assert.Null);

        Assert.Null(await engine.Held.ReleaseAsync(id, Operator));
        await engine.Reveal.HandleAsync(storefront.Id, id, withCodes: false, Operator, CancellationToken.None);
        Assert.All(await RevealedAsync(engine, id), Assert.Null);

        engine.Time.Step(TimeSpan.FromMinutes(1));
        var first = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(3, (await engine.Reveal.CodesAsync(storefront.Id, id, Operator, CancellationToken.None)).Value.Count);
        engine.Time.Step(TimeSpan.FromMinutes(1));
        await engine.Reveal.HandleAsync(storefront.Id, id, withCodes: true, Operator, CancellationToken.None);
        Assert.All(await RevealedAsync(engine, id), at => Assert.Equal(first, at));
        Assert.Equal(2, await engine.CountAsync("audit_entries", "action = 'codes.revealed'"));
    }

    [Fact]
    public async Task Reveal_OfAnOrderThatHasChangedMeanwhile_IsReadAgain()
    {
        await using var engine = await WithStockAsync(2);
        var storefront = engine.Catalogue.FindStorefront(Shop)!;
        var id = Accepted(await engine.PlaceAsync(Request("A-1", quantity: 2))).Draft.OrderId;

        // The first unit is given back after the reveal has read the order and before it is recorded.
        var changing = new ChangingReveals(new RevealStore(engine.Storage.Database), () => engine.Storage.Database.WriteAsync(connection => connection.ExecuteAsync(
            """
            UPDATE units SET state = 24 WHERE order_id = @id AND id = (SELECT min(id) FROM units WHERE order_id = @id);
            UPDATE orders SET version = version + 1 WHERE id = @id;
            """,
            new { id })));
        var reveal = new RevealOrder(engine.Orders, engine.Presenter, changing, engine.Ids, engine.Time);

        var codes = (await reveal.CodesAsync(storefront.Id, id, Operator, CancellationToken.None)).Value;

        Assert.Single(codes);
        var revealed = await RevealedAsync(engine, id);
        Assert.Null(revealed[0]);
        Assert.NotNull(revealed[1]);
        Assert.Equal("""{"codes":1}""", Assert.Single(await engine.Audit.ListAsync(new AuditQuery(long.MaxValue, 100), CancellationToken.None), entry => entry.Action == "codes.revealed").After);
    }

    private static async Task<OrderEngine> WithStockAsync(int count, bool holdAbove = false)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(change: shop => shop with { HoldAbove = holdAbove ? Cny(20) : null });
        await engine.AddBatchAsync(await engine.AddSkuAsync(), count);
        return engine;
    }

    private static async Task<IReadOnlyList<long?>> RevealedAsync(OrderEngine engine, long orderId) =>
        [.. (await engine.FindAsync(orderId)).Lines[0].Units.Select(unit => unit.RevealedAtMs)];

    private sealed class ChangingReveals(RevealStore inner, Func<Task> change) : IRevealStore
    {
        private bool _changed;

        public async Task<bool> RecordAsync(long orderId, int version, DateTimeOffset at, AuditEntry entry)
        {
            if (!_changed)
            {
                _changed = true;
                await change();
            }

            return await inner.RecordAsync(orderId, version, at, entry);
        }
    }
}

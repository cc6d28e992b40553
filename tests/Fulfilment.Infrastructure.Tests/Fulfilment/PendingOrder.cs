using System.Security.Cryptography;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Tests.Orders;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>An accepted order whose units wait for a worker, its money on hold.</summary>
internal sealed record PendingOrder(long Id, IReadOnlyList<long> Units)
{
    /// <summary>One line a SKU, so many units of each.</summary>
    public static async Task<PendingOrder> AddAsync(OrderEngine engine, string? recipient, params (Sku Sku, int Quantity)[] lines)
    {
        var storefront = engine.Catalogue.FindStorefront(OrderEngine.Shop)!;
        var (orderId, now) = (engine.Ids.Next(), engine.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var amount = lines.Aggregate(Money.Zero, (sum, line) => sum + (line.Sku.Price * line.Quantity)).TenThousandths;
        await engine.Storage.ExecuteAsync(
            """
            INSERT INTO orders (id, storefront_id, client_reference, content_hash, status, version, currency, amount, open_units, allow_partial, source, due_at)
            VALUES (@orderId, @storefront, @reference, @hash, @processing, 1, 'CNY', @amount, @units, 0, 1, @due);
            INSERT INTO holds (order_id, storefront_id, currency, amount, state) VALUES (@orderId, @storefront, 'CNY', @amount, @open);
            INSERT INTO wallets (storefront_id, currency, balance, held)
            SELECT @storefront, 'CNY', 0, 0 WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE storefront_id = @storefront AND currency = 'CNY');
            UPDATE wallets SET held = held + @amount WHERE storefront_id = @storefront AND currency = 'CNY';
            """,
            new
            {
                orderId, storefront = storefront.Id, reference = $"P-{orderId}", hash = SHA256.HashData(BitConverter.GetBytes(orderId)),
                processing = OrderStatus.Processing, amount, units = lines.Sum(line => line.Quantity), due = now + 900_000, open = HoldState.Open,
            });
        var units = new List<long>();
        foreach (var (sku, quantity) in lines)
        {
            var lineId = engine.Ids.Next();
            await engine.Storage.ExecuteAsync(
                """
                INSERT INTO order_lines (order_id, id, storefront_id, sku_id, status, quantity, unit_price, recipient, order_status)
                VALUES (@orderId, @lineId, @storefront, @sku, @processing, @quantity, @price, @recipient, @processing)
                """,
                new
                {
                    orderId, lineId, storefront = storefront.Id, sku = sku.Id, processing = OrderStatus.Processing, quantity, price = sku.Price.TenThousandths,
                    recipient = recipient is null ? null : engine.People.Protect(lineId, recipient),
                });
            for (var i = 0; i < quantity; i++)
            {
                units.Add(engine.Ids.Next());
                await engine.Storage.ExecuteAsync(
                    "INSERT INTO units (order_id, id, line_id, state, due_at) VALUES (@orderId, @id, @lineId, @pending, @now)",
                    new { orderId, id = units[^1], lineId, pending = UnitState.Pending, now });
            }
        }

        return new PendingOrder(orderId, units);
    }

    /// <summary>Ends units in one transaction, as whoever delivers them does.</summary>
    public Task<OrderStatus> EndAsync(OrderEngine engine, IFulfilmentStore store, UnitState state, params long[] units) => store.RunAsync(async transaction =>
    {
        var effects = new OrderEffects();
        var ends = new List<UnitEnd>();
        foreach (var unit in units)
        {
            ends.Add(new UnitEnd((await transaction.FindUnitAsync(Id, unit))!, state) { Failure = state == UnitState.Failed ? UnitFailure.RoutesExhausted : null });
        }

        var status = await new CloseUnits(engine.Ids).RunAsync(transaction, Id, ends, engine.Time.GetUtcNow().ToUnixTimeMilliseconds(), effects);
        await transaction.WriteAsync(effects);
        return status;
    });
}

using System.Text.Json;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Inserts what intake decided, table by table, so that each table's pages are touched in one go.</summary>
internal sealed class SqliteIntakeWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _order = new(connection, """
        INSERT INTO orders (id, storefront_id, client_reference, content_hash, status, version, currency, amount, open_units, allow_partial,
                            source, campaign, buyer, buyer_reference_hash, metadata, completed_at, due_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
        """);

    private readonly SqliteStatement _line = new(connection, """
        INSERT INTO order_lines (order_id, id, storefront_id, sku_id, status, quantity, unit_price, sale_price, recipient, recipient_hash, inputs, metadata,
                                 order_status, unit_count)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        """);

    private readonly SqliteStatement _unit = new(connection, """
        INSERT INTO units (order_id, id, line_id, state, card_key_id, delivered_at, due_at, failure, revealed_at, sku_id, price)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """);

    private readonly SqliteStatement _hold = new(connection, "INSERT INTO holds (order_id, storefront_id, currency, amount, state) VALUES (?1, ?2, ?3, ?4, ?5)");

    public void Write(IReadOnlyList<AcceptedOrder> orders)
    {
        foreach (var order in orders)
        {
            WriteOrder(order);
        }

        foreach (var order in orders)
        {
            foreach (var line in order.Claim.Lines)
            {
                WriteLine(order, line);
            }
        }

        foreach (var order in orders)
        {
            foreach (var line in order.Claim.Lines)
            {
                WriteUnits(order, line);
            }
        }
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_order, _line, _unit, _hold])
        {
            statement.Dispose();
        }
    }

    private void WriteOrder(AcceptedOrder order)
    {
        var draft = order.Draft;
        _order.Bind(1, draft.OrderId).Bind(2, draft.Storefront.Id).Bind(3, draft.ClientReference).Bind(4, draft.ContentHash)
            .Bind(5, (long)order.Status).Bind(6, AcceptedOrder.FirstVersion).Bind(7, draft.Currency).Bind(8, draft.Amount.TenThousandths)
            .Bind(9, order.OpenUnits).Bind(10, draft.AllowPartial ? 1 : 0).Bind(11, (long)draft.Source).Bind(12, draft.Campaign)
            .Bind(13, draft.Buyer).Bind(14, draft.BuyerReferenceHash).Bind(15, Json(draft.Metadata))
            .Bind(16, order.CompletedAtMs).Bind(17, order.DueAtMs).Execute();
        if (order.Hold is { } hold)
        {
            _hold.Bind(1, draft.OrderId).Bind(2, draft.Storefront.Id).Bind(3, draft.Currency).Bind(4, hold.TenThousandths).Bind(5, (long)HoldState.Open).Execute();
        }
    }

    private void WriteLine(AcceptedOrder order, LineClaim claim)
    {
        var line = claim.Line;
        _line.Bind(1, order.Draft.OrderId).Bind(2, line.Id).Bind(3, order.Draft.Storefront.Id).Bind(4, line.Sku.Id).Bind(5, (long)order.StatusOf(claim))
            .Bind(6, line.Quantity).Bind(7, line.UnitPrice.TenThousandths).Bind(8, line.SalePrice?.TenThousandths).Bind(9, line.Recipient)
            .Bind(10, line.RecipientHash).Bind(11, line.Inputs).Bind(12, Json(line.Metadata)).Bind(13, (long)order.Status)
            .Bind(14, line.StoredUnitCount).Execute();
    }

    private void WriteUnits(AcceptedOrder order, LineClaim claim)
    {
        foreach (var part in claim.Parts)
        {
            var (skuId, price) = claim.Line.StoredOf(part.Part);
            for (var i = 0; i < part.Count; i++)
            {
                var unit = order.UnitAt(part, i);
                _unit.Bind(1, order.Draft.OrderId).Bind(2, unit.Id).Bind(3, claim.Line.Id).Bind(4, (long)unit.State)
                    .Bind(5, unit.Key?.Origin.CardKeyId).Bind(6, unit.DeliveredAtMs).Bind(7, unit.DueAtMs).Bind(8, (long?)unit.Failure)
                    .Bind(9, unit.RevealedAtMs).Bind(10, skuId).Bind(11, price).Execute();
            }
        }
    }

    private static string? Json(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is null ? null : JsonSerializer.Serialize(metadata, OrderJson.Default.IReadOnlyDictionaryStringString);
}

using System.Text.Json;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>The documents of <see cref="SqlServerIntakeWriter"/>.</summary>
internal static class SqlServerIntakeRows
{
    public static JsonDocumentParameter Keys(IEnumerable<AcceptedOrder> orders) => JsonRows.Write(
        orders.SelectMany(order => order.Claim.Needs.SelectMany(need => need.Keys), static (order, key) => (key.Origin.CardKeyId, order.Claim.Target)),
        static (json, key) =>
        {
            json.Number("id", key.CardKeyId);
            json.Number("state", (long)key.Target);
        });

    public static JsonDocumentParameter Orders(IEnumerable<AcceptedOrder> orders) => JsonRows.Write(orders, static (json, order) =>
    {
        var draft = order.Draft;
        json.Number("id", draft.OrderId);
        json.Number("storefront_id", draft.Storefront.Id);
        json.Text("client_reference", draft.ClientReference);
        json.Bytes("content_hash", draft.ContentHash);
        json.Number("status", (long)order.Status);
        json.Number("version", AcceptedOrder.FirstVersion);
        json.Text("currency", draft.Currency);
        json.Number("amount", draft.Amount.TenThousandths);
        json.Number("open_units", order.OpenUnits);
        json.Number("allow_partial", draft.AllowPartial ? 1 : 0);
        json.Number("source", (long)draft.Source);
        json.Text("campaign", draft.Campaign);
        json.Bytes("buyer", draft.Buyer);
        json.Bytes("buyer_reference_hash", draft.BuyerReferenceHash);
        json.Text("metadata", Json(draft.Metadata));
        json.Number("completed_at", order.CompletedAtMs);
        json.Number("due_at", order.DueAtMs);
    });

    public static JsonDocumentParameter Lines(IEnumerable<AcceptedOrder> orders) => JsonRows.Write(
        orders.SelectMany(order => order.Claim.Lines, static (order, claim) => (order, claim)),
        static (json, row) =>
        {
            var (order, line) = (row.order, row.claim.Line);
            json.Number("order_id", order.Draft.OrderId);
            json.Number("id", line.Id);
            json.Number("storefront_id", order.Draft.Storefront.Id);
            json.Number("sku_id", line.Sku.Id);
            json.Number("status", (long)order.StatusOf(row.claim));
            json.Number("quantity", line.Quantity);
            json.Number("unit_price", line.UnitPrice.TenThousandths);
            json.Number("sale_price", line.SalePrice?.TenThousandths);
            json.Bytes("recipient", line.Recipient);
            json.Bytes("recipient_hash", line.RecipientHash);
            json.Bytes("inputs", line.Inputs);
            json.Text("metadata", Json(line.Metadata));
            json.Number("order_status", (long)order.Status);
            json.Number("unit_count", line.StoredUnitCount);
        });

    public static JsonDocumentParameter Units(IEnumerable<AcceptedOrder> orders) => JsonRows.Write(
        orders.SelectMany(order => order.Claim.Lines, static (order, claim) => (order, claim))
            .SelectMany(line => line.claim.Parts, static (line, part) => (line.order, line.claim.Line, part))
            .SelectMany(row => Enumerable.Range(0, row.part.Count), static (row, i) => (row.order, row.Line, row.part.Part, Unit: row.order.UnitAt(row.part, i))),
        static (json, row) =>
        {
            var unit = row.Unit;
            var (skuId, price) = row.Line.StoredOf(row.Part);
            json.Number("order_id", row.order.Draft.OrderId);
            json.Number("id", unit.Id);
            json.Number("line_id", row.Line.Id);
            json.Number("state", (long)unit.State);
            json.Number("card_key_id", unit.Key?.Origin.CardKeyId);
            json.Number("delivered_at", unit.DeliveredAtMs);
            json.Number("due_at", unit.DueAtMs);
            json.Number("failure", (long?)unit.Failure);
            json.Number("revealed_at", unit.RevealedAtMs);
            json.Number("sku_id", skuId);
            json.Number("price", price);
        });

    public static JsonDocumentParameter Holds(IEnumerable<AcceptedOrder> orders) => JsonRows.Write(orders.Where(order => order.Hold is not null), static (json, order) =>
    {
        json.Number("order_id", order.Draft.OrderId);
        json.Number("storefront_id", order.Draft.Storefront.Id);
        json.Text("currency", order.Draft.Currency);
        json.Number("amount", order.Hold!.Value.TenThousandths);
        json.Number("state", (long)HoldState.Open);
    });

    private static string? Json(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is null ? null : JsonSerializer.Serialize(metadata, OrderJson.Default.IReadOnlyDictionaryStringString);
}

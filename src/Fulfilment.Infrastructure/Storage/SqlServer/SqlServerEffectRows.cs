using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>The documents of <see cref="SqlServerOrderEffects"/>.</summary>
internal static class SqlServerEffectRows
{
    public static JsonDocumentParameter Transfers(IEnumerable<Transfer> transfers) => JsonRows.Write(transfers, static (json, transfer) =>
    {
        json.Number("id", transfer.Id);
        json.Number("kind", (long)transfer.Kind);
        json.Number("debit_account", (long)transfer.Debit.Kind);
        json.Number("debit_subject", transfer.Debit.Subject);
        json.Number("credit_account", (long)transfer.Credit.Kind);
        json.Number("credit_subject", transfer.Credit.Subject);
        json.Number("amount", transfer.Amount.TenThousandths);
        json.Text("currency", transfer.Currency);
        json.Number("order_id", transfer.OrderId);
    });

    public static JsonDocumentParameter Outbox(IEnumerable<OutboxMessage> messages) => JsonRows.Write(messages, static (json, message) =>
    {
        json.Number("id", message.Id);
        json.Number("storefront_id", message.StorefrontId);
        json.Number("type", (long)message.Type);
        json.Number("order_id", message.OrderId);
        json.Number("status", (long)message.Status);
        json.Number("version", message.Version);
        json.Number("unit_id", message.UnitId);
        json.Number("waiting", message.IsQueued ? 1 : null);
    });

    public static JsonDocumentParameter Custody(IEnumerable<CustodyEntry> entries) => JsonRows.Write(entries, static (json, entry) =>
    {
        json.Number("card_key_id", entry.CardKeyId);
        json.Number("sequence", entry.Sequence);
        json.Number("state", (long)entry.State);
        json.Number("at", entry.AtMs);
        json.Number("unit_id", entry.UnitId);
        json.Bytes("seal", entry.Seal);
    });

    public static JsonDocumentParameter Stock(IEnumerable<KeyValuePair<long, StockCounts>> changes) => JsonRows.Write(changes, static (json, change) =>
    {
        json.Number("batch_id", change.Key);
        json.Number("available", change.Value.Available);
        json.Number("reserved", change.Value.Reserved);
        json.Number("frozen", change.Value.Frozen);
        json.Number("delivered", change.Value.Delivered);
        json.Number("voided", change.Value.Voided);
        json.Number("expired", change.Value.Expired);
    });

    /// <summary>Each wallet's change since it was read, and how low it may fall.</summary>
    public static JsonDocumentParameter Wallets(
        IEnumerable<KeyValuePair<WalletKey, WalletBalance>> after, Dictionary<WalletKey, WalletBalance> before, IReadOnlyDictionary<long, Money?>? floors) =>
        JsonRows.Write(after, (json, wallet) =>
        {
            var (key, now) = wallet;
            json.Number("storefront_id", key.StorefrontId);
            json.Text("currency", key.Currency);
            json.Number("balance", (now.Balance - before[key].Balance).TenThousandths);
            json.Number("held", (now.Held - before[key].Held).TenThousandths);
            json.Number("floor", floors?.GetValueOrDefault(key.StorefrontId)?.TenThousandths);
        });
}

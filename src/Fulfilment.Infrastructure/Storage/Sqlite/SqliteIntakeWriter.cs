using System.Text.Json;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Webhooks;
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
        INSERT INTO order_lines (order_id, id, storefront_id, sku_id, status, quantity, unit_price, sale_price, recipient, recipient_hash, inputs, metadata)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        """);

    private readonly SqliteStatement _unit = new(connection, """
        INSERT INTO units (order_id, id, line_id, state, card_key_id, delivered_at, due_at, failure)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """);

    private readonly SqliteStatement _hold = new(connection, "INSERT INTO holds (order_id, storefront_id, currency, amount, state) VALUES (?1, ?2, ?3, ?4, ?5)");

    private readonly SqliteStatement _transfer = new(connection, """
        INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """);

    private readonly SqliteStatement _outbox = new(connection, "INSERT INTO outbox (id, storefront_id, type, order_id, status, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

    private readonly SqliteStatement _wallet = new(connection, """
        INSERT INTO wallets (storefront_id, currency, balance, held) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (storefront_id, currency) DO UPDATE SET balance = excluded.balance, held = excluded.held
        """);

    private readonly SqliteStatement _stock = new(connection, """
        INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired) VALUES (?1, ?2, -?3 - ?4, ?3, 0, ?4, 0, 0)
        ON CONFLICT (batch_id, node) DO UPDATE SET available = available + excluded.available, reserved = reserved + excluded.reserved, delivered = delivered + excluded.delivered
        """);

    public void Write(IntakeRows rows)
    {
        foreach (var order in rows.Orders)
        {
            WriteOrder(order);
        }

        foreach (var order in rows.Orders)
        {
            foreach (var line in order.Claim.Lines)
            {
                WriteLine(order, line);
            }
        }

        foreach (var order in rows.Orders)
        {
            foreach (var line in order.Claim.Lines)
            {
                WriteUnits(order, line);
            }
        }

        foreach (var transfer in rows.Transfers)
        {
            WriteTransfer(transfer);
        }

        foreach (var message in rows.Outbox)
        {
            WriteOutbox(message);
        }

        foreach (var (key, wallet) in rows.Wallets)
        {
            _wallet.Bind(1, key.StorefrontId).Bind(2, key.Currency).Bind(3, wallet.Balance.TenThousandths).Bind(4, wallet.Held.TenThousandths).Execute();
        }

        foreach (var (batchId, taken) in rows.Stock)
        {
            _stock.Bind(1, batchId).Bind(2, rows.CustodyDay!.Node).Bind(3, taken.Reserved).Bind(4, taken.Delivered).Execute();
        }
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_order, _line, _unit, _hold, _transfer, _outbox, _wallet, _stock])
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
        if (order.Status == OrderStatus.Held)
        {
            _hold.Bind(1, draft.OrderId).Bind(2, draft.Storefront.Id).Bind(3, draft.Currency).Bind(4, order.Charge.TenThousandths).Bind(5, (long)HoldState.Open).Execute();
        }
    }

    private void WriteLine(AcceptedOrder order, LineClaim claim)
    {
        var line = claim.Line;
        _line.Bind(1, order.Draft.OrderId).Bind(2, line.Id).Bind(3, order.Draft.Storefront.Id).Bind(4, line.Sku.Id).Bind(5, (long)order.StatusOf(claim))
            .Bind(6, line.Quantity).Bind(7, line.UnitPrice.TenThousandths).Bind(8, line.SalePrice?.TenThousandths).Bind(9, line.Recipient)
            .Bind(10, line.RecipientHash).Bind(11, line.Inputs).Bind(12, Json(line.Metadata)).Execute();
    }

    private void WriteUnits(AcceptedOrder order, LineClaim claim)
    {
        for (var i = 0; i < claim.Line.UnitIds.Count; i++)
        {
            var key = i < claim.Keys.Count ? claim.Keys[i] : null;
            var state = order.StateOf(key);
            _unit.Bind(1, order.Draft.OrderId).Bind(2, claim.Line.UnitIds[i]).Bind(3, claim.Line.Id).Bind(4, (long)state)
                .Bind(5, key?.Origin.CardKeyId)
                .Bind(6, state == UnitState.Delivered ? order.AtMs : null)
                .Bind(7, state == UnitState.Reserved ? order.DueAtMs : null)
                .Bind(8, key is null ? (long)UnitFailure.OutOfStock : null).Execute();
        }
    }

    private void WriteTransfer(Transfer transfer) => _transfer
        .Bind(1, transfer.Id).Bind(2, (long)transfer.Kind).Bind(3, (long)transfer.Debit.Kind).Bind(4, transfer.Debit.Subject)
        .Bind(5, (long)transfer.Credit.Kind).Bind(6, transfer.Credit.Subject).Bind(7, transfer.Amount.TenThousandths)
        .Bind(8, transfer.Currency).Bind(9, transfer.OrderId).Execute();

    private void WriteOutbox(OutboxMessage message) => _outbox
        .Bind(1, message.Id).Bind(2, message.StorefrontId).Bind(3, (long)message.Type).Bind(4, message.OrderId)
        .Bind(5, (long)message.Status).Bind(6, message.Version).Execute();

    private static string? Json(IReadOnlyDictionary<string, string>? metadata) =>
        metadata is null ? null : JsonSerializer.Serialize(metadata, OrderJson.Default.IReadOnlyDictionaryStringString);
}

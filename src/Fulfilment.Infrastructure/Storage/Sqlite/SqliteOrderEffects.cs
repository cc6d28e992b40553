using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Webhooks;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <inheritdoc/>
internal sealed class SqliteOrderEffects(SqliteConnection connection) : IOrderEffectsWriter, IDisposable
{
    private readonly SqliteStatement _transfer = new(connection, """
        INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """);

    private readonly SqliteStatement _outbox = new(connection, "INSERT INTO outbox (id, storefront_id, type, order_id, status, version, unit_id, waiting) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    private readonly SqliteStatement _readWallet = new(connection, "SELECT balance, held FROM wallets WHERE storefront_id = ?1 AND currency = ?2");

    private readonly SqliteStatement _wallet = new(connection, """
        INSERT INTO wallets (storefront_id, currency, balance, held) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (storefront_id, currency) DO UPDATE SET balance = excluded.balance, held = excluded.held
        """);

    private readonly SqliteStatement _stock = new(connection, """
        INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (batch_id, node) DO UPDATE SET
            available = available + excluded.available, reserved = reserved + excluded.reserved, frozen = frozen + excluded.frozen,
            delivered = delivered + excluded.delivered, voided = voided + excluded.voided, expired = expired + excluded.expired
        """);

    private readonly SqliteStatement _readDay = new(connection, "SELECT entries, root, seal FROM custody_days WHERE day = ?1 AND node = ?2");

    private readonly SqliteStatement _writeDay = new(connection, """
        INSERT INTO custody_days (day, node, entries, root, seal) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (day, node) DO UPDATE SET entries = excluded.entries, root = excluded.root, seal = excluded.seal
        """);

    private readonly SqliteStatement _custody = new(connection, "INSERT INTO custody_entries (card_key_id, sequence, state, at, unit_id, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

    /// <summary>The root that the next entries of this day and node are counted into.</summary>
    public CustodyDay ReadDay(int day, int node)
    {
        var stored = _readDay.Bind(1, day).Bind(2, node).Step()
            ? new CustodyDay(day, node, _readDay.Int64(0), _readDay.Blob(1), _readDay.Blob(2))
            : new CustodyDay(day, node);
        _readDay.Reset();
        return stored;
    }

    /// <summary>Zero where there is no row.</summary>
    public WalletBalance ReadWallet(WalletKey key)
    {
        _readWallet.Bind(1, key.StorefrontId).Bind(2, key.Currency);
        var wallet = _readWallet.Step() ? new WalletBalance(new Money(_readWallet.Int64(0)), new Money(_readWallet.Int64(1))) : default;
        _readWallet.Reset();
        return wallet;
    }

    ValueTask<CustodyDay> IOrderEffectsWriter.ReadDayAsync(int day, int node) => ValueTask.FromResult(ReadDay(day, node));

    ValueTask<WalletBalance> IOrderEffectsWriter.ReadWalletAsync(WalletKey key) => ValueTask.FromResult(ReadWallet(key));

    ValueTask IOrderEffectsWriter.WriteAsync(OrderEffects effects)
    {
        Write(effects);
        return ValueTask.CompletedTask;
    }

    public void Write(OrderEffects effects)
    {
        foreach (var transfer in effects.Transfers)
        {
            WriteTransfer(transfer);
        }

        foreach (var message in effects.Outbox)
        {
            WriteOutbox(message);
        }

        foreach (var (key, wallet) in effects.Wallets)
        {
            _wallet.Bind(1, key.StorefrontId).Bind(2, key.Currency).Bind(3, wallet.Balance.TenThousandths).Bind(4, wallet.Held.TenThousandths).Execute();
        }

        foreach (var (batchId, change) in effects.Stock)
        {
            _stock.Bind(1, batchId).Bind(2, effects.CustodyDay!.Node).Bind(3, change.Available).Bind(4, change.Reserved).Bind(5, change.Frozen)
                .Bind(6, change.Delivered).Bind(7, change.Voided).Bind(8, change.Expired).Execute();
        }

        foreach (var entry in effects.Custody)
        {
            _custody.Bind(1, entry.CardKeyId).Bind(2, entry.Sequence).Bind(3, (long)entry.State).Bind(4, entry.AtMs).Bind(5, entry.UnitId).Bind(6, entry.Seal).Execute();
        }

        if (effects.CustodyDay is { } day)
        {
            _writeDay.Bind(1, day.Day).Bind(2, day.Node).Bind(3, day.Entries).Bind(4, day.Root.ToArray()).Bind(5, day.Seal).Execute();
        }
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_transfer, _outbox, _readWallet, _wallet, _stock, _readDay, _writeDay, _custody])
        {
            statement.Dispose();
        }
    }

    private void WriteTransfer(Transfer transfer) => _transfer
        .Bind(1, transfer.Id).Bind(2, (long)transfer.Kind).Bind(3, (long)transfer.Debit.Kind).Bind(4, transfer.Debit.Subject)
        .Bind(5, (long)transfer.Credit.Kind).Bind(6, transfer.Credit.Subject).Bind(7, transfer.Amount.TenThousandths)
        .Bind(8, transfer.Currency).Bind(9, transfer.OrderId).Execute();

    private void WriteOutbox(OutboxMessage message) => _outbox
        .Bind(1, message.Id).Bind(2, message.StorefrontId).Bind(3, (long)message.Type).Bind(4, message.OrderId)
        .Bind(5, (long)message.Status).Bind(6, message.Version).Bind(7, message.UnitId)
        .Bind(8, message.IsQueued ? 1 : (long?)null).Execute();
}

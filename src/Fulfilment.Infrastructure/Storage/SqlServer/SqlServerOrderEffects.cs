using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Writes what a change of orders does elsewhere, in one batch. Wallets change by what was added or taken, and not below the floor: another node may have
/// used the same wallet meanwhile, and then nothing is lost and nothing repeated. The day's root is a chain, so it must be the one that was read.
/// </summary>
internal sealed class SqlServerOrderEffects(DbConnection connection) : IOrderEffectsWriter
{
    private readonly Dictionary<WalletKey, WalletBalance> _wallets = [];
    private long _entries;

    /// <summary>
    /// For a batch that declares <c>@missed</c>, which is above zero when something was not as it had been read. Wallets come last: storefronts share theirs
    /// among nodes, so that row is kept from others for the shortest time.
    /// </summary>
    internal const string Statements = """
        INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
        SELECT j.id, j.kind, j.debit_account, j.debit_subject, j.credit_account, j.credit_subject, j.amount, j.currency, j.order_id
        FROM OPENJSON(@transfers) WITH (id BIGINT, kind BIGINT, debit_account BIGINT, debit_subject BIGINT, credit_account BIGINT, credit_subject BIGINT,
                                        amount BIGINT, currency NVARCHAR(3), order_id BIGINT) AS j;

        INSERT INTO outbox (id, storefront_id, type, order_id, status, version, unit_id, waiting)
        SELECT j.id, j.storefront_id, j.type, j.order_id, j.status, j.version, j.unit_id, j.waiting
        FROM OPENJSON(@outbox) WITH (id BIGINT, storefront_id BIGINT, type BIGINT, order_id BIGINT, status BIGINT, version BIGINT, unit_id BIGINT, waiting BIGINT) AS j;

        INSERT INTO custody_entries (card_key_id, sequence, state, at, unit_id, seal)
        SELECT j.card_key_id, j.sequence, j.state, j.at, j.unit_id, CONVERT(VARBINARY(32), j.seal, 2)
        FROM OPENJSON(@custody) WITH (card_key_id BIGINT, sequence BIGINT, state BIGINT, at BIGINT, unit_id BIGINT, seal NVARCHAR(64)) AS j;

        UPDATE s SET available = s.available + j.available, reserved = s.reserved + j.reserved, frozen = s.frozen + j.frozen,
                     delivered = s.delivered + j.delivered, voided = s.voided + j.voided, expired = s.expired + j.expired
        FROM batch_stock AS s
        JOIN OPENJSON(@stock) WITH (batch_id BIGINT, available BIGINT, reserved BIGINT, frozen BIGINT, delivered BIGINT, voided BIGINT, expired BIGINT) AS j
          ON j.batch_id = s.batch_id
        WHERE s.node = @node;
        IF @@ROWCOUNT <> @stockCount
            INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired)
            SELECT j.batch_id, @node, j.available, j.reserved, j.frozen, j.delivered, j.voided, j.expired
            FROM OPENJSON(@stock) WITH (batch_id BIGINT, available BIGINT, reserved BIGINT, frozen BIGINT, delivered BIGINT, voided BIGINT, expired BIGINT) AS j
            WHERE NOT EXISTS (SELECT 1 FROM batch_stock AS s WHERE s.batch_id = j.batch_id AND s.node = @node);

        IF @entries > 0 AND @entriesBefore = 0
            INSERT INTO custody_days (day, node, entries, root, seal) VALUES (@day, @node, @entries, @root, @seal);
        IF @entriesBefore > 0
        BEGIN
            UPDATE custody_days SET entries = @entries, root = @root, seal = @seal WHERE day = @day AND node = @node AND entries = @entriesBefore;
            IF @@ROWCOUNT <> 1 SET @missed = @missed + 1;
        END;

        DECLARE @walletsChanged BIGINT;
        UPDATE w SET balance = w.balance + j.balance, held = w.held + j.held
        FROM wallets AS w
        JOIN OPENJSON(@wallets) WITH (storefront_id BIGINT, currency NVARCHAR(3), balance BIGINT, held BIGINT, floor BIGINT) AS j
          ON j.storefront_id = w.storefront_id AND j.currency COLLATE Latin1_General_100_BIN2 = w.currency
        WHERE j.floor IS NULL OR w.balance + j.balance - w.held - j.held >= j.floor;
        SET @walletsChanged = @@ROWCOUNT;
        IF @walletsChanged <> @walletCount
        BEGIN
            INSERT INTO wallets (storefront_id, currency, balance, held)
            SELECT j.storefront_id, j.currency, j.balance, j.held
            FROM OPENJSON(@wallets) WITH (storefront_id BIGINT, currency NVARCHAR(3), balance BIGINT, held BIGINT, floor BIGINT) AS j
            WHERE NOT EXISTS (SELECT 1 FROM wallets AS w WHERE w.storefront_id = j.storefront_id AND w.currency = j.currency COLLATE Latin1_General_100_BIN2)
              AND (j.floor IS NULL OR j.balance - j.held >= j.floor);
            IF @walletsChanged + @@ROWCOUNT <> @walletCount SET @missed = @missed + 1;
        END;
        """;

    private const string WriteAlone = $"""
        SET NOCOUNT ON;
        DECLARE @missed BIGINT = 0;
        {Statements}
        SET NOCOUNT OFF;
        SELECT @missed;
        """;

    /// <summary>What whoever read the day and wallets has seen.</summary>
    public void Saw(CustodyDay day, IReadOnlyDictionary<WalletKey, WalletBalance> wallets)
    {
        _entries = day.Entries;
        foreach (var (key, wallet) in wallets)
        {
            _wallets[key] = wallet;
        }
    }

    public async ValueTask<CustodyDay> ReadDayAsync(int day, int node)
    {
        var row = await connection.QuerySingleOrDefaultAsync<SqlServerDayRow>(
            "SELECT entries AS Entries, root AS Root, seal AS Seal FROM custody_days WHERE day = @day AND node = @node",
            new { day = (long)day, node = (long)node }).ConfigureAwait(false);
        _entries = row?.Entries ?? 0;
        return SqlServerDayRow.ToDay(row, day, node);
    }

    // Whoever reads a wallet here writes it: with the shared lock of a plain read two would wait for each other, and one be undone.
    public async ValueTask<WalletBalance> ReadWalletAsync(WalletKey key)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(long Balance, long Held)>(
            "SELECT balance, held FROM wallets WITH (UPDLOCK) WHERE storefront_id = @StorefrontId AND currency = @Currency", new { key.StorefrontId, key.Currency }).ConfigureAwait(false);
        return _wallets[key] = new WalletBalance(new Money(row.Balance), new Money(row.Held));
    }

    public async ValueTask WriteAsync(OrderEffects effects)
    {
        if (await connection.ExecuteScalarAsync<long>(WriteAlone, Parameters(effects, null)).ConfigureAwait(false) > 0)
        {
            throw new StorageConflictException();
        }
    }

    /// <summary>What <see cref="Statements"/> take.</summary>
    /// <param name="effects">What is to be written.</param>
    /// <param name="floors">How low a wallet may fall; null, or none for a storefront: it only has to be there.</param>
    public DynamicParameters Parameters(OrderEffects effects, IReadOnlyDictionary<long, Money?>? floors)
    {
        var day = effects.CustodyDay;
        return new DynamicParameters(new
        {
            transfers = SqlServerEffectRows.Transfers(effects.Transfers),
            outbox = SqlServerEffectRows.Outbox(effects.Outbox),
            custody = SqlServerEffectRows.Custody(effects.Custody),
            stock = SqlServerEffectRows.Stock(effects.Stock),
            stockCount = (long)effects.Stock.Count,
            day = (long?)day?.Day,
            node = (long?)day?.Node,
            entries = day?.Entries ?? 0,
            entriesBefore = day is null ? 0 : _entries,
            root = day?.Root.ToArray() ?? [],
            seal = day?.Seal ?? [],
            wallets = SqlServerEffectRows.Wallets(effects.Wallets, _wallets, floors),
            walletCount = (long)effects.Wallets.Count,
        });
    }
}

/// <summary>A row of <c>custody_days</c>.</summary>
internal sealed record SqlServerDayRow(long Entries, byte[] Root, byte[] Seal)
{
    public static CustodyDay ToDay(SqlServerDayRow? row, int day, int node) =>
        row is null ? new CustodyDay(day, node) : new CustodyDay(day, node, row.Entries, row.Root, row.Seal);
}

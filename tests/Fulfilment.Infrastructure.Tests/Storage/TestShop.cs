using System.Security.Cryptography;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>One SKU, one storefront and a batch of card keys in a database of its own, and the real intake to sell them through.</summary>
internal sealed class TestShop : IAsyncDisposable, ICatalogue
{
    public const int Keys = 12;

    private readonly TestDatabase _database;
    private readonly IdGenerator _ids;
    private readonly NodeLeaseKeeper _lease;
    private readonly OrderIntake _intake;
    private int _references;

    private TestShop(TestDatabase database, ManualTimeProvider time, IdGenerator ids, NodeLeaseKeeper lease)
    {
        (_database, Time, _ids, _lease) = (database, time, ids, lease);
        Sku = new Sku
        {
            Id = ids.Next(), Code = "VIDEO-VIP-1M", Name = "Video", Kind = SkuKind.CardKey, Currency = "CNY", Price = new Money(125_000),
            Routes = [new Route(RouteSource.Pool)], UpdatedAt = Time.GetUtcNow(),
        };
        Storefront = new Storefront { Id = ids.Next(), Code = "shop-1", Name = "Shop", Settlement = Settlement.Prepaid, UpdatedAt = Time.GetUtcNow() };
        BatchId = ids.Next();
        Current = new CatalogueSnapshot(1, [Sku], [Storefront], []);
        var decision = new IntakeDecision(new CustodyChain(Seal), Seal, ids, Calendar, Time);
        _intake = new OrderIntake(database.IntakeStore(), new EmptyPool(), decision, new IntakeOptions(), new WorkSignal(), Time, NullLogger<OrderIntake>.Instance);
    }

    public ManualTimeProvider Time { get; }

    public IdGenerator Ids => _ids;

    public TestSeal Seal { get; } = new();

    public BusinessCalendar Calendar => new(Time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    public Sku Sku { get; }

    public Storefront Storefront { get; }

    public long BatchId { get; }

    public CatalogueSnapshot Current { get; }

    public IDatabase Database => _database.Database;

    public static async Task<TestShop> OpenAsync()
    {
        var database = await TestDatabase.CreateAsync();
        var time = new ManualTimeProvider();
        var ids = new IdGenerator(time);
        var lease = await NodeLeaseKeeper.StartAsync(new NodeLeaseStore(new ClockedDatabase(database.Database, nowMs: null), time), ids, time, NullLogger.Instance);
        var shop = new TestShop(database, time, ids, lease);
        await shop.SeedAsync();
        return shop;
    }

    /// <summary>A shop that has seen everything: orders delivered on two days, short, held, released and cancelled.</summary>
    public static async Task<TestShop> OpenBusyAsync()
    {
        var shop = await OpenAsync();
        await shop.PlaceAsync(1);
        await shop.PlaceAsync(2);
        shop.Time.Stall(TimeSpan.FromHours(20));
        await shop._lease.RenewAsync();
        await shop.SettleAsync(await shop.PlaceAsync(2, held: true), deliver: true);
        await shop.SettleAsync(await shop.PlaceAsync(1, held: true), deliver: false);
        await shop.PlaceAsync(2, held: true);
        await shop.PlaceAsync(9, allowPartial: true);
        return shop;
    }

    public async Task<long> PlaceAsync(int quantity, bool held = false, bool allowPartial = false)
    {
        var outcome = await _intake.PlaceAsync(new OrderDraft
        {
            OrderId = _ids.Next(),
            Storefront = Storefront,
            ClientReference = $"A-{++_references}",
            ContentHash = SHA256.HashData(BitConverter.GetBytes(_references)),
            Currency = Sku.Currency,
            Amount = Sku.Price * quantity,
            Held = held,
            AllowPartial = allowPartial,
            Source = OrderSource.Sale,
            Lines =
            [
                new DraftLine
                {
                    Id = _ids.Next(), Sku = Sku, Quantity = quantity, UnitPrice = Sku.Price,
                    Parts = [new DraftPart(Sku, [.. Enumerable.Range(0, quantity).Select(_ => _ids.Next())], Sku.Price, Calendar.Today)],
                },
            ],
        });
        return Assert.IsType<IntakeOutcome.Accepted>(outcome).Order.Draft.OrderId;
    }

    public async Task SettleAsync(long orderId, bool deliver)
    {
        var orders = new OrderStore(Database);
        var settle = new SettleHeldOrder(
            _database.HeldOrderStore(), orders, this, new EmptyPool(), new CustodyChain(Seal), Seal, _ids, Calendar, new WorkSignal(), Time);
        Assert.Null(deliver
            ? await settle.ReleaseAsync(orderId, new Core.Auditing.Actor("test", null))
            : await settle.CancelAsync(Storefront.Id, orderId));
    }

    /// <summary>Runs SQL that a sound engine never would: without foreign keys and checks.</summary>
    public async Task CorruptAsync(string sql, object? parameters = null)
    {
        await _database.ExecuteAsync(TestServer.IsNamed ? "ALTER TABLE transfers NOCHECK CONSTRAINT ALL" : "PRAGMA ignore_check_constraints = ON");
        Assert.True(await _database.ExecuteAsync(sql, parameters) > 0, "Nothing was changed.");
    }

    public Task<int> ExecuteAsync(string sql, object? parameters = null) => _database.ExecuteAsync(sql, parameters);

    public Task<T?> ScalarAsync<T>(string sql, object? parameters = null) => _database.ScalarAsync<T>(sql, parameters);

    public Task RefreshAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _intake.DisposeAsync();
        await _lease.DisposeAsync();
        _database.Dispose();
    }

    private async Task SeedAsync()
    {
        var cost = new Money(100_000);
        await _database.ExecuteAsync(
            """
            INSERT INTO skus (id, code, name, kind, currency, price, min_per_order, max_per_order, recipient_mode, inputs,
                              min_remaining_days, hold_minutes, on_shelf, routes, updated_at)
            VALUES (@sku, 'VIDEO-VIP-1M', 'Video', 1, 'CNY', 125000, 1, 100, 1, '[]', 0, 15, 1, '[]', 0);
            INSERT INTO storefronts (id, code, name, settlement, stock_display, active, updated_at) VALUES (@storefront, 'shop-1', 'Shop', 2, 1, 1, 0);
            INSERT INTO batches (id, sku_id, status, unit_cost, currency, default_expires_on, owner, idempotency_key,
                                 processed, accepted, duplicate, rejected)
            VALUES (@batch, @sku, 20, @cost, 'CNY', 3652058, 'test', 'key', @keys, @keys, 0, 0);
            INSERT INTO batch_stock (batch_id, node, available, reserved, frozen, delivered, voided, expired) VALUES (@batch, 0, @keys, 0, 0, 0, 0, 0);
            INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
            VALUES (@purchase, @purchaseKind, @inventory, @batch, @payable, @batch, @cost * @keys, 'CNY', NULL),
                   (@deposit, @depositKind, @cash, 0, @depositAccount, @storefront, 100000000, 'CNY', NULL);
            INSERT INTO wallets (storefront_id, currency, balance, held) VALUES (@storefront, 'CNY', 100000000, 0);
            """,
            new
            {
                sku = Sku.Id,
                batch = BatchId,
                storefront = Storefront.Id,
                keys = Keys,
                cost = cost.TenThousandths,
                purchase = _ids.Next(),
                deposit = _ids.Next(),
                purchaseKind = TransferKind.Purchase,
                inventory = AccountKind.Inventory,
                payable = AccountKind.Payable,
                depositKind = TransferKind.Deposit,
                cash = AccountKind.Cash,
                depositAccount = AccountKind.Deposit,
            });
        for (var i = 0; i < Keys; i++)
        {
            await _database.ExecuteAsync(
                """
                INSERT INTO card_keys (id, sku_id, batch_id, state, expires_on, fingerprint, number_hash, code)
                VALUES (@id, @sku, @batch, 10, @day, @fingerprint, NULL, @code);
                INSERT INTO code_fingerprints (fingerprint, card_key_id) VALUES (@fingerprint, @id);
                """,
                new { id = _ids.Next(), sku = Sku.Id, batch = BatchId, day = Calendar.Today + 100 + i, fingerprint = FingerprintOf(i), code = new byte[] { 0 } });
        }
    }

    private static byte[] FingerprintOf(int i) => SHA256.HashData(BitConverter.GetBytes(i))[..ICodeProtection.HashSize];

    /// <summary>A real seal with a key of its own.</summary>
    internal sealed class TestSeal : ICustodySeal
    {
        private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

        public void Seal(ReadOnlySpan<byte> message, Span<byte> mac32) => HMACSHA256.HashData(_key, message, mac32);

        public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac32) =>
            CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, message), mac32);
    }

    // Every key comes from the table.
    private sealed class EmptyPool : ICardKeyPool
    {
        public ValueTask TakeAsync(IReadOnlyList<KeyNeed> needs, CancellationToken cancellation) => ValueTask.CompletedTask;

        public void Return(long skuId, IReadOnlyCollection<long> ids)
        {
        }

        public void ReportTaken(long skuId, IReadOnlyCollection<long> ids)
        {
        }

        public void ReportDrift(long skuId, int count)
        {
        }

        public void Reset(long skuId)
        {
        }

        public void Finish(IReadOnlyList<KeyNeed> needs)
        {
        }
    }
}

using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>
/// The order engine as the host puts it together, on a real database of its own, at a time that stands still:
/// 1 March 2026, 16:00 in the business zone.
/// </summary>
internal sealed class OrderEngine : IAsyncDisposable
{
    public const string Shop = "shop-1";

    public static readonly Actor Operator = new("operator:test", null);

    private readonly CatalogueCache _catalogue;
    private readonly PersonalDataProtection _people;
    private readonly CustodySeal _seal;
    private readonly SkuStore _skus;
    private readonly StorefrontStore _storefronts;

    private OrderEngine(TestDatabase storage, OrderEngineOptions options)
    {
        Storage = storage;
        Time = options.Time;
        Ids = new IdGenerator(Time);
        Ids.Use(new NodeLease(7, 0, Time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), long.MaxValue));
        var keys = Keys = KeyFile.LoadOrCreate(storage.Folder, out _);
        Codes = new CodeProtection(keys);
        (_people, _seal) = (new PersonalDataProtection(keys), new CustodySeal(keys));
        Chain = new CustodyChain(_seal);
        Calendar = new BusinessCalendar(Time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        _catalogue = new CatalogueCache(storage.Database);
        (_skus, _storefronts) = (new SkuStore(storage.Database, Ids), new StorefrontStore(storage.Database, Ids));

        Window = new InProcessCardKeyPool(new CardKeyWindowReader(storage.Database), Time, NullLogger<InProcessCardKeyPool>.Instance);
        var pool = options.Pool ?? Window;
        Gate = new GatedIntakeStore(storage.IntakeStore());
        var decision = new IntakeDecision(Chain, _seal, Ids, Calendar, Time);
        // The pause of a repeat would last for ever at a time that stands still.
        Intake = new OrderIntake(Gate, pool, decision, options.Intake with { Pause = TimeSpan.Zero }, Work, Time, NullLogger<OrderIntake>.Instance);
        Place = new PlaceOrder(_catalogue, Intake, _people, Ids, Calendar);
        Orders = new OrderStore(storage.Database);
        Audit = new AuditStore(storage.Database);
        Presenter = new OrderPresenter(_catalogue, Codes, _people);
        Reveal = new RevealOrder(Orders, Presenter, new RevealStore(storage.Database), Ids, Time);
        Held = new SettleHeldOrder(
            storage.HeldOrderStore(), Orders, _catalogue, pool, Chain, _seal, Ids, Calendar, Work, Time);
        Cancel = new CancelOrder(Orders, Held, storage.FulfilmentStore(), new CloseUnits(Ids), Ends, Time);
        Wallets = new WalletStore(storage.Database, Ids);
        Cases = storage.AfterSalesStore();
        var complete = new CompleteCase(_catalogue, Chain, _seal, Ids, Calendar);
        AfterSales = new RequestAfterSales(Cases, complete, pool, _catalogue, Ids, Calendar, Time);
        Decisions = new DecideAfterSales(Cases, complete, pool, Ids, Calendar, Time);
        BadCards = new BadCardStore(storage.Database);
    }

    public TestDatabase Storage { get; }

    public ManualTimeProvider Time { get; }

    public IdGenerator Ids { get; }

    public CodeProtection Codes { get; }

    public CustodyChain Chain { get; }

    public BusinessCalendar Calendar { get; }

    public InProcessCardKeyPool Window { get; }

    /// <summary>Stands before the store, so that a test says what makes up a group.</summary>
    public GatedIntakeStore Gate { get; }

    /// <summary>Raised when there is something to do for a worker.</summary>
    public WorkSignal Work { get; } = new();

    public OrderIntake Intake { get; }

    public PlaceOrder Place { get; }

    public OrderStore Orders { get; }

    public AuditStore Audit { get; }

    public OrderPresenter Presenter { get; }

    public RevealOrder Reveal { get; }

    public SettleHeldOrder Held { get; }

    public OrderEnds Ends { get; } = new();

    public CancelOrder Cancel { get; }

    public WalletStore Wallets { get; }

    public IAfterSalesStore Cases { get; }

    public RequestAfterSales AfterSales { get; }

    public DecideAfterSales Decisions { get; }

    public BadCardStore BadCards { get; }

    public IPersonalDataProtection People => _people;

    public ICustodySeal Seal => _seal;

    public CatalogueSnapshot Catalogue => _catalogue.Current;

    public ICatalogue CatalogueSource => _catalogue;

    public KeyRing Keys { get; }

    public static async Task<OrderEngine> StartAsync(OrderEngineOptions? options = null) =>
        new(await TestDatabase.CreateAsync(), options ?? new OrderEngineOptions());

    /// <summary>A card-key SKU at 10.00 CNY, unless <paramref name="change"/> says otherwise.</summary>
    public async Task<Sku> AddSkuAsync(string code = "VIP", Func<Sku, Sku>? change = null)
    {
        var sku = new Sku
        {
            Id = Ids.Next(),
            Code = code,
            Name = code,
            Kind = SkuKind.CardKey,
            Currency = "CNY",
            Price = Cny(10),
            Routes = [new Route(RouteSource.Pool)],
            MaxPerOrder = 5_000,
            UpdatedAt = Time.GetUtcNow(),
        };
        Assert.Null((await _skus.CreateAsync(change?.Invoke(sku) ?? sku, Operator)).Refusal);
        await _catalogue.RefreshAsync();
        return Catalogue.FindSku(code)!;
    }

    public async Task ChangeSkuAsync(string code, Func<Sku, Sku> change)
    {
        Assert.Null((await _skus.UpdateAsync(code, sku => change(sku), Operator)).Refusal);
        await _catalogue.RefreshAsync();
    }

    /// <summary>A postpaid storefront without limit, unless <paramref name="change"/> says otherwise.</summary>
    public async Task<Storefront> AddStorefrontAsync(string code = Shop, Func<Storefront, Storefront>? change = null)
    {
        var storefront = new Storefront { Id = Ids.Next(), Code = code, Name = code, Settlement = Settlement.Postpaid, UpdatedAt = Time.GetUtcNow() };
        Assert.Null((await _storefronts.CreateAsync(change?.Invoke(storefront) ?? storefront, Operator)).Refusal);
        await _catalogue.RefreshAsync();
        return Catalogue.FindStorefront(code)!;
    }

    public async Task ChangeStorefrontAsync(string code, Func<Storefront, Storefront> change)
    {
        Assert.Null((await _storefronts.UpdateAsync(code, storefront => change(storefront), Operator)).Refusal);
        await _catalogue.RefreshAsync();
    }

    public async Task DepositAsync(string storefront, Money amount) => Assert.Null(
        (await Wallets.DepositAsync(new NewDeposit(Ids.Next(), storefront, amount, "CNY", null, Guid.NewGuid().ToString(), Operator))).Refusal);

    /// <summary>A completed batch of encrypted codes, as an import leaves it. Each key's secret says which SKU and key it is.</summary>
    public Task<TestBatch> AddBatchAsync(
        Sku sku, int count, DateOnly? expiresOn = null, Money? unitCost = null, BatchStatus status = BatchStatus.Completed, BatchTerms terms = BatchTerms.Purchased) =>
        TestBatch.AddAsync(this, sku, count, ExpiryDay.From(expiresOn), unitCost ?? Cny(6), status, terms);

    /// <summary>Fills the pool's window, so that the next orders are served from memory.</summary>
    public async Task WarmPoolAsync(Sku sku)
    {
        var need = new KeyNeed(sku.Id, Calendar.Today, 1);
        await Window.TakeAsync([need], CancellationToken.None);
        Window.Return(sku.Id, need.Candidates);
        await Window.SettleAsync();
    }

    public ValueTask<IntakeOutcome> PlaceAsync(OrderRequest request, string storefront = Shop) =>
        Place.HandleAsync(Catalogue.FindStorefront(storefront)!, request);

    /// <summary>Places the requests so that all of them are decided in one transaction, in this order.</summary>
    public async Task<IntakeOutcome[]> PlaceGroupAsync(params (string Storefront, OrderRequest Request)[] requests)
    {
        Gate.Close();

        // While this one stands before the store, the others gather behind it.
        var plug = PlaceAsync(Request($"plug-{Guid.NewGuid()}", "no such SKU"), requests[0].Storefront).AsTask();
        await Gate.ReachedAsync();
        var placed = Array.ConvertAll(requests, request => PlaceAsync(request.Request, request.Storefront).AsTask());
        Gate.Open();
        await plug;
        return await Task.WhenAll(placed);
    }

    public Task<IntakeOutcome[]> PlaceGroupAsync(params OrderRequest[] requests) =>
        PlaceGroupAsync(Array.ConvertAll(requests, request => (Shop, request)));

    /// <summary>The order as the next reader finds it.</summary>
    public async Task<StoredOrder> FindAsync(long orderId, string storefront = Shop) =>
        await Orders.FindAsync(Catalogue.FindStorefront(storefront)!.Id, orderId, CancellationToken.None)
        ?? throw new InvalidOperationException($"Order {orderId} is not there.");

    public async Task<WalletBalance> WalletAsync(string storefront = Shop)
    {
        var wallet = (await Wallets.ListAsync(Catalogue.FindStorefront(storefront)!.Id, CancellationToken.None)).SingleOrDefault();
        return wallet is null ? default : new WalletBalance(wallet.Balance, wallet.Held);
    }

    public Task<long> CountAsync(string table, string where = "1 = 1", object? parameters = null) =>
        Storage.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {table} WHERE {where}", parameters));

    public async ValueTask DisposeAsync()
    {
        Gate.Open();
        await Intake.DisposeAsync();
        await Window.DisposeAsync();
        Codes.Dispose();
        _people.Dispose();
        _seal.Dispose();
        _catalogue.Dispose();
        Storage.Dispose();
    }

    public static Money Cny(int units) => new(units * 10_000L);

    public static OrderRequest Request(string reference, string sku = "VIP", int quantity = 1) => Request(reference, (sku, quantity));

    public static OrderRequest Request(string reference, params (string Sku, int Quantity)[] lines) => new()
    {
        ClientReference = reference,
        Currency = "CNY",
        Lines = Array.ConvertAll(lines, line => new OrderLineRequest { Sku = line.Sku, Quantity = line.Quantity }),
    };

    public static AcceptedOrder Accepted(IntakeOutcome outcome) => Assert.IsType<IntakeOutcome.Accepted>(outcome).Order;

    public static RefusalCode Refused(IntakeOutcome outcome) => Assert.IsType<IntakeOutcome.Refused>(outcome).Refusal.Code;

    /// <summary>Runs so many at once, each on a thread of its own, and gives what came of them in order.</summary>
    public static async Task<T[]> AtOnceAsync<T>(int count, Func<int, ValueTask<T>> run)
    {
        using var start = new Barrier(count);
        return await Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return run(i).AsTask();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));
    }

    /// <summary>The order an outcome is about, new or stored; null when it is a refusal.</summary>
    public static long? OrderOf(IntakeOutcome outcome) => outcome switch
    {
        IntakeOutcome.Accepted accepted => accepted.Order.Draft.OrderId,
        IntakeOutcome.Stored stored => stored.OrderId,
        _ => null,
    };
}

/// <summary>How an engine differs from a plain one.</summary>
internal sealed record OrderEngineOptions
{
    public IntakeOptions Intake { get; init; } = new();

    public ManualTimeProvider Time { get; init; } = new();

    /// <summary>Instead of the real pool.</summary>
    public ICardKeyPool? Pool { get; init; }
}

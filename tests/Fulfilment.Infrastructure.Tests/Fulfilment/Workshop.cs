using Dapper;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Storefronts;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Orders;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>A shop whose units come from scripted suppliers, and a node that works for it. A prepaid storefront with 10,000.00; units at 10.00 that cost 8.00.</summary>
internal sealed class Workshop : IAsyncDisposable
{
    public static readonly Route Acme = new(RouteSource.Supplier, "acme", "A-1", Cny(8)), Bolt = new(RouteSource.Supplier, "bolt", "B-1", Cny(8)),
        Pool = new(RouteSource.Pool), Person = new(RouteSource.Manual);

    private readonly List<FulfilmentNode> _nodes = [];
    private int _references;

    private Workshop(OrderEngine engine)
    {
        Engine = engine;
        Node = AddNode(7);
    }

    public OrderEngine Engine { get; }

    public ScriptedSuppliers Suppliers { get; } = new();

    public ScriptedSupplier Acme1 => Suppliers["acme"];

    public ScriptedSupplier Bolt1 => Suppliers["bolt"];

    public FulfilmentNode Node { get; }

    /// <summary>With SKU <c>CODE</c>, a card key, and <c>TOPUP</c>, both with the routes.</summary>
    public static async Task<Workshop> OpenAsync(params Route[] routes)
    {
        var engine = await StartAsync();
        await engine.AddStorefrontAsync(change: shop => shop with { Settlement = Settlement.Prepaid });
        await engine.DepositAsync(Shop, Cny(10_000));
        foreach (var code in new[] { "acme", "bolt" })
        {
            await engine.Storage.ExecuteAsync(
                """
                INSERT INTO suppliers (id, code, name, supplies, active, adapter, paused, updated_at) VALUES (@id, @code, @code, '[]', 1, 'scripted', 0, 0);
                UPDATE change_counters SET value = value + 1 WHERE name = 'catalogue';
                """,
                new { id = engine.Ids.Next(), code });
        }

        Route[] all = routes.Length > 0 ? routes : [Acme, Bolt];
        await engine.AddSkuAsync("CODE", sku => sku with { Routes = all });
        await engine.AddSkuAsync("TOPUP", sku => sku with { Kind = SkuKind.TopUp, Routes = [.. all.Where(route => route.Source != RouteSource.Pool)] });
        var shop = new Workshop(engine);
        _ = (shop.Acme1, shop.Bolt1);
        return shop;
    }

    public FulfilmentNode AddNode(int number, IFulfilmentStore? store = null)
    {
        var node = new FulfilmentNode(Engine, Suppliers, number, store);
        _nodes.Add(node);
        return node;
    }

    /// <summary>An accepted order whose units wait.</summary>
    public async Task<StoredOrder> OrderAsync(string sku = "CODE", int quantity = 1, string? recipient = null)
    {
        var request = new OrderRequest
        {
            ClientReference = $"W-{Interlocked.Increment(ref _references)}",
            Currency = "CNY",
            Lines = [new OrderLineRequest { Sku = sku, Quantity = quantity, Recipient = recipient ?? (sku == "TOPUP" ? "13800000000" : null) }],
        };
        return await Engine.FindAsync(Accepted(await Engine.PlaceAsync(request)).Draft.OrderId);
    }

    public Task<StoredOrder> NowAsync(StoredOrder order) => Engine.FindAsync(order.Id);

    public async Task<StoredUnit> UnitAsync(StoredOrder order) => Assert.Single((await NowAsync(order)).Lines.SelectMany(line => line.Units));

    public async Task<IReadOnlyList<Attempt>> AttemptsAsync() =>
        [.. (await Engine.Storage.Database.ReadAsync(connection => connection.QueryAsync<AttemptRow>($"SELECT {AttemptRow.Columns} FROM attempts AS a ORDER BY a.id"))).Select(row => row.ToAttempt())];

    public async Task<IReadOnlyList<(DiscrepancyKind Kind, bool HasCode)>> DiscrepanciesAsync() =>
        [.. (await Engine.Storage.Database.ReadAsync(connection => connection.QueryAsync<(long Kind, long HasCode)>(
            "SELECT kind, CASE WHEN code IS NULL THEN 0 ELSE 1 END FROM discrepancies ORDER BY id"))).Select(row => ((DiscrepancyKind)row.Kind, row.HasCode == 1))];

    public Task<long> CountAsync(string table, string where = "1 = 1", object? parameters = null) => Engine.CountAsync(table, where, parameters);

    /// <summary>A callback of the supplier for an attempt.</summary>
    public Task CallBackAsync(string supplier, string reference, SupplierOutcome outcome, FulfilmentNode? node = null) => (node ?? Node).Callbacks.RunAsync(
        Engine.Catalogue.FindSupplier(supplier)!, new ParsedCallback.Verified(reference, outcome, new CallbackReply(200, "text/plain", "success")), ScriptedSupplier.Raw("callback"));

    public void Pass(TimeSpan time) => Engine.Time.Stall(time);

    public void Pass(int seconds) => Pass(TimeSpan.FromSeconds(seconds));

    /// <summary>Works until nothing is open any more, letting time pass to whatever is due next.</summary>
    public async Task FinishAsync(FulfilmentNode? node = null)
    {
        for (var looks = 0; await CountAsync("units", "state IN (10, 12, 14)") > 0; looks++)
        {
            Assert.True(looks < 500, "It does not come to an end.");
            if (await (node ?? Node).LookAsync() == 0)
            {
                var next = await Engine.Storage.ScalarAsync<long>("SELECT min(due_at) FROM units WHERE state IN (10, 12, 14)");
                Pass(TimeSpan.FromMilliseconds(Math.Max(1, next - Engine.Time.GetUtcNow().ToUnixTimeMilliseconds())));
            }
        }
    }

    /// <summary>The one code in quarantine, as stored.</summary>
    public Task<(long Id, byte[] Code)> QuarantinedAsync() => Engine.Storage.Database.ReadAsync(
        connection => connection.QuerySingleAsync<(long, byte[])>("SELECT id, code FROM discrepancies WHERE code IS NOT NULL"));

    /// <summary>The one answer that is kept, as stored.</summary>
    public Task<(long Attempt, long Id, byte[] Body)> AnswerAsync() => Engine.Storage.Database.ReadAsync(
        connection => connection.QuerySingleAsync<(long, long, byte[])>("SELECT attempt_id, id, body FROM supplier_answers"));

    /// <summary>Nothing arrived twice, nothing that was issued is missing from our records, no slot is out, and the books balance.</summary>
    public async Task AssertSoundAsync(string? seed = null)
    {
        Assert.Equal(0, Suppliers.SlotsOut);
        await AssertRecordsAsync(seed);
    }

    /// <summary>The same where a process has died, and its slots with it.</summary>
    public async Task AssertRecordsAsync(string? seed = null)
    {
        var attempts = (await AttemptsAsync()).ToDictionary(attempt => attempt.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var supplier in new[] { Acme1, Bolt1 })
        {
            Assert.All(supplier.Arrivals, arrival => Assert.True(arrival.Value == 1, $"{seed} {arrival.Key} arrived {arrival.Value} times."));
            foreach (var reference in supplier.Issued.Keys)
            {
                var known = attempts[reference];
                Assert.True(
                    known.State == AttemptState.Issued || known.IsOpen || await CountAsync("discrepancies", "attempt_id = @Id", new { known.Id }) > 0,
                    $"{seed} {reference} was issued, and is {known.State}.");
            }
        }

        Assert.Equal(0, await CountAsync("attempts AS a", "a.state = 20 AND NOT EXISTS (SELECT 1 FROM units AS u WHERE u.order_id = a.order_id AND u.id = a.unit_id AND u.state IN (20, 23, 24))"));
        await OrderBooks.AssertBalanceAsync(Engine, seed);
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.ForEach(node => node.Dispose());
        await Engine.DisposeAsync();
    }
}

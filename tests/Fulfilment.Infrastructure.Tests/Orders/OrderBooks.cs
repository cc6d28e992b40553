using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Orders;

/// <summary>
/// Counts everything once more from the rows themselves: units against keys, stock, money, custody and due times. Each query lists what is wrong;
/// all must be empty.
/// </summary>
internal static class OrderBooks
{
    private static readonly (string Name, string Faults)[] Queries =
    [
        ("a key in two units",
            "SELECT card_key_id FROM units WHERE card_key_id IS NOT NULL GROUP BY card_key_id HAVING count(*) > 1"),
        ("a delivered key without a delivered unit, or the other way round",
            $"""
            SELECT k.id FROM card_keys AS k LEFT JOIN units AS u ON u.card_key_id = k.id AND u.state IN (@unitDelivered, @replaced, @refunded)
            WHERE {Is("k.state = @delivered")} <> {Is("u.id IS NOT NULL")}
            """),
        ("a reserved key without a reserved unit, or the other way round",
            $"""
            SELECT k.id FROM card_keys AS k LEFT JOIN units AS u ON u.card_key_id = k.id AND u.state = @unitReserved
            WHERE {Is("k.state = @reserved")} <> {Is("u.id IS NOT NULL")}
            """),
        ("a unit whose key is of another SKU than its line",
            """
            SELECT u.id FROM units AS u JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id JOIN card_keys AS k ON k.id = u.card_key_id
            WHERE k.sku_id <> coalesce(u.sku_id, l.sku_id)
            """),
        ("a line with another number of units than ordered",
            "SELECT l.id FROM order_lines AS l WHERE coalesce(l.unit_count, l.quantity) <> (SELECT count(*) FROM units AS u WHERE u.order_id = l.order_id AND u.line_id = l.id AND u.replaces_unit_id IS NULL)"),
        ("a batch whose stock is not a recount",
            $"""
            SELECT b.id FROM batches AS b
            WHERE {StockDiffers}
               OR b.accepted <> (SELECT count(*) FROM card_keys AS k WHERE k.batch_id = b.id)
            """),
        ("an order with another number of open units than it says",
            $"""
            SELECT o.id FROM orders AS o
            WHERE o.open_units <> (SELECT count(*) FROM units AS u WHERE u.order_id = o.id AND u.state < @unitDelivered)
               OR {Is("o.open_units = 0")} <> {Is("o.status >= @fulfilled")}
            """),
        ("an open order without a due time, or a closed one with a due time or without an end",
            $"SELECT id FROM orders WHERE {Is("status < @fulfilled")} <> {Is("due_at IS NOT NULL")} OR {Is("status < @fulfilled")} = {Is("completed_at IS NOT NULL")}"),
        ("a delivered unit that was not paid for, or money for one that was not delivered",
            """
            SELECT o.id FROM orders AS o
            WHERE (SELECT coalesce(sum(coalesce(u.price, l.unit_price)), 0) FROM units AS u JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
                   WHERE u.order_id = o.id AND u.state IN (@unitDelivered, @replaced, @refunded) AND u.replaces_unit_id IS NULL)
               <> (SELECT coalesce(sum(t.amount), 0) FROM transfers AS t WHERE t.order_id = o.id AND t.kind = @sale)
            """),
        ("an order whose money back is not that of its refunded units, or that says so before all of it is",
            $"""
            SELECT o.id FROM orders AS o
            WHERE (SELECT coalesce(sum(coalesce(u.price, l.unit_price)), 0) FROM units AS u JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
                   WHERE u.order_id = o.id AND u.state = @refunded)
               <> (SELECT coalesce(sum(t.amount), 0) FROM transfers AS t WHERE t.order_id = o.id AND t.kind = @refund)
               OR {Is("o.status = @orderRefunded")} <> {Is("EXISTS (SELECT 1 FROM units AS u WHERE u.order_id = o.id AND u.state = @refunded) AND NOT EXISTS (SELECT 1 FROM units AS u WHERE u.order_id = o.id AND u.state <= @unitDelivered)")}
            """),
        ("a replaced unit without one in its place, or the other way round",
            $"""
            SELECT u.id FROM units AS u
            WHERE {Is("u.state = @replaced")} <> {Is("(SELECT count(*) FROM units AS n WHERE n.order_id = u.order_id AND n.replaces_unit_id = u.id) = 1")}
            """),
        ("a unit in two cases, or in a case that is half done",
            $"""
            SELECT a.unit_id FROM after_sales_units AS a JOIN after_sales_cases AS c ON c.id = a.case_id JOIN units AS u ON u.order_id = c.order_id AND u.id = a.unit_id
            GROUP BY a.unit_id
            HAVING sum({Is("c.status <> 21")}) > 1 OR sum({Is("c.status = 20")}) * count(*) <> sum({Is("u.state IN (@replaced, @refunded)")})
            """),
        ("an order whose codes' cost is not what they had cost",
            """
            SELECT o.id FROM orders AS o
            WHERE (SELECT coalesce(sum(b.unit_cost), 0) FROM units AS u JOIN card_keys AS k ON k.id = u.card_key_id JOIN batches AS b ON b.id = k.batch_id
                   WHERE u.order_id = o.id AND u.state IN (@unitDelivered, @replaced, @refunded))
                + (SELECT coalesce(sum(a.unit_cost), 0) FROM units AS u JOIN attempts AS a ON a.unit_id = u.id AND a.state = 20
                   WHERE u.order_id = o.id AND u.card_key_id IS NULL AND u.state IN (@unitDelivered, @replaced, @refunded))
               <> (SELECT coalesce(sum(t.amount), 0) FROM transfers AS t WHERE t.order_id = o.id AND t.kind = @costOfSale)
            """),
        ("a batch whose inventory account is not the cost of what is left",
            $"""
            SELECT b.id FROM batches AS b
            WHERE {Is("b.terms = @purchased")} * b.unit_cost * (SELECT count(*) FROM card_keys AS k WHERE k.batch_id = b.id AND k.state IN (@available, @reserved, @frozen))
               <> (SELECT coalesce(sum(CASE WHEN t.debit_account = @inventory THEN t.amount ELSE -t.amount END), 0) FROM transfers AS t
                   WHERE (t.debit_account = @inventory AND t.debit_subject = b.id) OR (t.credit_account = @inventory AND t.credit_subject = b.id))
            """),
        ("a wallet that is not deposits and refunds less sales",
            """
            SELECT w.storefront_id FROM wallets AS w
            WHERE w.balance <> (SELECT coalesce(sum(CASE WHEN t.kind = @sale THEN -t.amount ELSE t.amount END), 0) FROM transfers AS t
                                WHERE t.currency = w.currency
                                  AND ((t.kind = @sale AND t.debit_subject = w.storefront_id) OR (t.kind IN (@deposit, @refund) AND t.credit_subject = w.storefront_id)))
               OR w.held <> (SELECT coalesce(sum(h.amount - h.settled), 0) FROM holds AS h WHERE h.storefront_id = w.storefront_id AND h.currency = w.currency AND h.state = @open)
            """),
        ("a sale of a storefront without a wallet",
            "SELECT t.id FROM transfers AS t WHERE t.kind = @sale AND NOT EXISTS (SELECT 1 FROM wallets AS w WHERE w.storefront_id = t.debit_subject AND w.currency = t.currency)"),
        ("an open hold without an open order, or the other way round",
            $"SELECT o.id FROM orders AS o LEFT JOIN holds AS h ON h.order_id = o.id AND h.state = @open WHERE {Is("o.status < @fulfilled")} <> {Is("h.order_id IS NOT NULL")}"),
        ("a version of an order that its storefront was not told of",
            """
            SELECT o.id FROM orders AS o
            WHERE o.version <> (SELECT count(DISTINCT m.version) FROM outbox AS m WHERE m.order_id = o.id AND m.version <= o.version)
              AND NOT EXISTS (SELECT 1 FROM holds AS h WHERE h.order_id = o.id)
            """),
        ("the end of an order that its storefront was not told of",
            "SELECT o.id FROM orders AS o WHERE o.status >= @fulfilled AND NOT EXISTS (SELECT 1 FROM outbox AS m WHERE m.order_id = o.id AND m.version = o.version)"),
    ];

    private static string StockDiffers => string.Join(" OR ", Enum.GetValues<CardKeyState>().Select(state =>
        $"(SELECT coalesce(sum(s.{state.ToString().ToLowerInvariant()}), 0) FROM batch_stock AS s WHERE s.batch_id = b.id) <> (SELECT count(*) FROM card_keys AS k WHERE k.batch_id = b.id AND k.state = {(int)state})"));

    public static async Task AssertBalanceAsync(OrderEngine engine, string? seed = null)
    {
        var faults = await engine.Storage.Database.ReadSnapshotAsync(async connection =>
        {
            var found = new List<string>();
            foreach (var (name, query) in Queries)
            {
                var rows = (await connection.QueryAsync<long>(query, Numbers)).ToList();
                if (rows.Count > 0)
                {
                    found.Add($"{name}: {string.Join(", ", rows.Take(5))}");
                }
            }

            return found;
        });
        faults.AddRange(await CheckFaultsAsync(engine));
        Assert.True(faults.Count == 0, $"{seed} {string.Join("; ", faults)}");
    }

    private static object Numbers => new
    {
        available = CardKeyState.Available,
        reserved = CardKeyState.Reserved,
        frozen = CardKeyState.Frozen,
        delivered = CardKeyState.Delivered,
        unitReserved = UnitState.Reserved,
        unitDelivered = UnitState.Delivered,
        fulfilled = OrderStatus.Fulfilled,
        open = HoldState.Open,
        sale = TransferKind.Sale,
        costOfSale = TransferKind.CostOfSale,
        deposit = TransferKind.Deposit,
        refund = TransferKind.Refund,
        replaced = UnitState.Replaced,
        refunded = UnitState.Refunded,
        orderRefunded = OrderStatus.Refunded,
        inventory = AccountKind.Inventory,
        purchased = BatchTerms.Purchased,
    };

    // SQL Server has no truth values that can be compared or added.
    private static string Is(string condition) => $"(CASE WHEN {condition} THEN 1 ELSE 0 END)";

    // The engine's own checks, which the operator has too: custody chains and day roots, and the ledger.
    private static async Task<List<string>> CheckFaultsAsync(OrderEngine engine)
    {
        var custody = new VerifyCustody(new CustodyRecordStore(engine.Storage.Database), engine.Chain, engine.Seal, engine.Calendar);
        var ledger = new CheckLedger(new LedgerRecordStore(engine.Storage.Database));
        var keys = await custody.RunAsync(5, null, TestContext.Current.CancellationToken);
        var money = await ledger.RunAsync(5, null, TestContext.Current.CancellationToken);
        return [.. keys.Findings.Kept.Select(finding => finding.ToString()), .. money.Findings.Kept.Select(finding => finding.ToString())];
    }
}

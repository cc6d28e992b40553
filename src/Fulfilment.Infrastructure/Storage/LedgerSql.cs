using Fulfilment.Core.Ledger;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// One query a fault, over whole tables: each adds up both sides of an equation that must hold and gives the records where they differ, as
/// id, currency, found, expected, all numbers as 64 bits. The numbers of states and accounts are parameters of the same name as their enum's members.
/// </summary>
internal static class LedgerSql
{
    public static readonly IReadOnlyDictionary<LedgerFault, string> Differences = new Dictionary<LedgerFault, string>
    {
        [LedgerFault.AmountNotPositive] = "SELECT id, currency, amount, CAST(0 AS bigint) FROM transfers WHERE amount <= 0",

        [LedgerFault.AccountsNotAllowed] = $"""
            WITH allowed (kind, debit_account, credit_account) AS ({AllowedAccounts()})
            SELECT t.id, t.currency, CAST(0 AS bigint), CAST(0 AS bigint)
            FROM transfers t
            WHERE NOT EXISTS (SELECT 1 FROM allowed a WHERE a.kind = t.kind AND a.debit_account = t.debit_account AND a.credit_account = t.credit_account)
            """,

        // A unit that replaces another is not paid for again.
        [LedgerFault.SalesDiffer] = """
            SELECT coalesce(order_id, 0), currency, sum(posted), sum(due)
            FROM (
                SELECT order_id, currency, amount AS posted, 0 AS due FROM transfers WHERE kind = @Sale
                UNION ALL
                SELECT u.order_id, o.currency, 0, coalesce(u.price, l.unit_price)
                FROM units u
                JOIN order_lines l ON l.order_id = u.order_id AND l.id = u.line_id
                JOIN orders o ON o.id = u.order_id
                WHERE u.state IN (@Delivered, @Replaced, @Refunded) AND u.replaces_unit_id IS NULL
            ) AS both_sides
            GROUP BY order_id, currency
            HAVING sum(posted) <> sum(due)
            """,

        // A code that a supplier issued went through the stock and has its cost from its batch; a top-up has no code.
        [LedgerFault.CostDiffers] = """
            SELECT coalesce(order_id, 0), currency, sum(posted), sum(due)
            FROM (
                SELECT order_id, currency, amount AS posted, 0 AS due FROM transfers WHERE kind = @CostOfSale
                UNION ALL
                SELECT u.order_id, b.currency, 0, b.unit_cost
                FROM units u
                JOIN card_keys k ON k.id = u.card_key_id
                JOIN batches b ON b.id = k.batch_id
                WHERE u.state IN (@Delivered, @Replaced, @Refunded)
                UNION ALL
                SELECT a.order_id, a.currency, 0, a.unit_cost
                FROM attempts a
                JOIN units u ON u.order_id = a.order_id AND u.id = a.unit_id
                WHERE a.state = @Issued AND u.card_key_id IS NULL
            ) AS both_sides
            GROUP BY order_id, currency
            HAVING sum(posted) <> sum(due)
            """,

        // Of a unit that was replaced, and of those after it, at most the last is refunded, at the price that the first was sold for.
        [LedgerFault.RefundsDiffer] = """
            SELECT coalesce(order_id, 0), currency, sum(posted), sum(due)
            FROM (
                SELECT order_id, currency, amount AS posted, 0 AS due FROM transfers WHERE kind = @Refund
                UNION ALL
                SELECT u.order_id, o.currency, 0, coalesce(u.price, l.unit_price)
                FROM units u
                JOIN order_lines l ON l.order_id = u.order_id AND l.id = u.line_id
                JOIN orders o ON o.id = u.order_id
                WHERE u.state = @Refunded
            ) AS both_sides
            GROUP BY order_id, currency
            HAVING sum(posted) <> sum(due)
            """,

        [LedgerFault.BalanceDiffers] = """
            SELECT storefront_id, currency, sum(balance), sum(due)
            FROM (
                SELECT storefront_id, currency, balance, 0 AS due FROM wallets
                UNION ALL
                SELECT credit_subject, currency, 0, amount FROM transfers WHERE credit_account IN (@Receivable, @Deposit)
                UNION ALL
                SELECT debit_subject, currency, 0, -amount FROM transfers WHERE debit_account IN (@Receivable, @Deposit)
            ) AS both_sides
            GROUP BY storefront_id, currency
            HAVING sum(balance) <> sum(due)
            """,

        [LedgerFault.HeldDiffers] = """
            SELECT storefront_id, currency, sum(held), sum(due)
            FROM (
                SELECT storefront_id, currency, held, 0 AS due FROM wallets
                UNION ALL
                SELECT storefront_id, currency, 0, amount - settled FROM holds WHERE state = @HoldOpen
            ) AS both_sides
            GROUP BY storefront_id, currency
            HAVING sum(held) <> sum(due)
            """,

        // An order that ended without a delivery gave all of it back. One that was refunded later may have either.
        [LedgerFault.HoldDiffers] = """
            SELECT order_id, currency, state, CAST(due AS bigint)
            FROM (
                SELECT h.order_id, h.currency, h.state, o.status,
                       CASE WHEN o.status IN (@OrderHeld, @OrderProcessing) THEN @HoldOpen
                            WHEN o.status IN (@OrderCancelled, @OrderFailed) THEN @HoldVoided ELSE @HoldPosted END AS due
                FROM holds h
                LEFT JOIN orders o ON o.id = h.order_id
            ) AS stored
            WHERE status IS NULL OR (state <> due AND NOT (status = @OrderRefunded AND state = @HoldVoided))
            UNION ALL
            SELECT o.id, o.currency, 0, CAST(@HoldOpen AS bigint)
            FROM orders o
            WHERE o.status IN (@OrderHeld, @OrderProcessing) AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.order_id = o.id)
            """,

        [LedgerFault.HoldAmountDiffers] = """
            SELECT order_id, currency, sum(kept), sum(due)
            FROM (
                SELECT order_id, currency, amount - settled AS kept, 0 AS due FROM holds WHERE state = @HoldOpen
                UNION ALL
                SELECT u.order_id, o.currency, 0, coalesce(u.price, l.unit_price)
                FROM units u
                JOIN order_lines l ON l.order_id = u.order_id AND l.id = u.line_id
                JOIN orders o ON o.id = u.order_id
                WHERE u.state IN (@Pending, @Reserved, @Processing, @Manual, @Unknown)
            ) AS both_sides
            GROUP BY order_id, currency
            HAVING sum(kept) <> sum(due)
            """,

        [LedgerFault.InventoryDiffers] = Inventory + "\nHAVING sum(posted) <> sum(due)",

        [LedgerFault.InventoryNegative] = Inventory + "\nHAVING sum(posted) < 0",

        [LedgerFault.DisputedDiffers] = $"""
            SELECT supplier_id, currency, sum(posted), sum(due)
            FROM (
                SELECT debit_subject AS supplier_id, currency, amount AS posted, 0 AS due FROM transfers WHERE debit_account = @Disputed
                UNION ALL
                SELECT credit_subject, currency, -amount, 0 FROM transfers WHERE credit_account = @Disputed
                UNION ALL
                SELECT supplier_id, currency, 0, amount FROM discrepancies WHERE {DiscrepancyStore.Disputed} AND status <> @Resolved
            ) AS both_sides
            GROUP BY supplier_id, currency
            HAVING sum(posted) <> sum(due)
            """,

        // Of what is not disputed the charge was posted when it came.
        [LedgerFault.SettledDiffers] = $"""
            SELECT supplier_id, currency, sum(posted), sum(due)
            FROM (
                SELECT debit_subject AS supplier_id, currency, amount AS posted, 0 AS due FROM transfers WHERE debit_account = @SupplierDifference
                UNION ALL
                SELECT credit_subject, currency, -amount, 0 FROM transfers WHERE credit_account = @SupplierDifference
                UNION ALL
                SELECT supplier_id, currency, 0, amount FROM discrepancies WHERE {DiscrepancyStore.Disputed} AND status = @Resolved AND outcome = @Accepted
                UNION ALL
                SELECT supplier_id, currency, 0, -amount FROM discrepancies WHERE NOT ({DiscrepancyStore.Disputed}) AND status = @Resolved AND outcome = @Dropped
            ) AS both_sides
            GROUP BY supplier_id, currency
            HAVING sum(posted) <> sum(due)
            """,

        [LedgerFault.CaseDiffers] = AfterSalesLedgerSql.CaseDiffers,

        [LedgerFault.ReplacementDiffers] = AfterSalesLedgerSql.ReplacementDiffers,

        [LedgerFault.OrderDueMissing] = "SELECT id, currency, CAST(0 AS bigint), CAST(0 AS bigint) FROM orders WHERE status IN (@OrderHeld, @OrderProcessing) AND due_at IS NULL",

        [LedgerFault.UnitDueMissing] = "SELECT id, '', CAST(0 AS bigint), CAST(0 AS bigint) FROM units WHERE state IN (@Pending, @Reserved, @Processing, @Manual, @Unknown) AND due_at IS NULL",
    };

    public const string TrialBalance = """
        SELECT account, currency, sum(debit), sum(credit)
        FROM (
            SELECT debit_account AS account, currency, amount AS debit, 0 AS credit FROM transfers
            UNION ALL
            SELECT credit_account, currency, 0, amount FROM transfers
        ) AS both_sides
        GROUP BY account, currency
        ORDER BY account, currency
        """;

    /// <summary>
    /// In the order of the tables' keys, so that nothing is sorted. What belongs to the order or the line stands under max, because SQL Server wants it grouped
    /// or summed, and SQLite sorts when it is grouped.
    /// </summary>
    public const string Lines = """
        SELECT o.id, max(o.status), max(o.open_units), l.id, max(l.status), max(coalesce(l.unit_count, l.quantity)),
               CAST(count(CASE WHEN u.replaces_unit_id IS NULL THEN u.id END) AS bigint),
               CAST(count(CASE WHEN u.state IN (@Pending, @Reserved, @Processing, @Manual, @Unknown) THEN 1 END) AS bigint),
               CAST(count(CASE WHEN u.state IN (@Delivered, @Replaced, @Refunded) THEN 1 END) AS bigint),
               CAST(count(CASE WHEN u.state = @Failed THEN 1 END) AS bigint),
               CAST(count(CASE WHEN u.state = @Cancelled THEN 1 END) AS bigint),
               CAST(count(CASE WHEN u.state = @Refunded THEN 1 END) AS bigint),
               CAST(count(CASE WHEN u.state = @Delivered THEN 1 END) AS bigint)
        FROM orders o
        LEFT JOIN order_lines l ON l.order_id = o.id
        LEFT JOIN units u ON u.order_id = l.order_id AND u.line_id = l.id
        GROUP BY o.id, l.id
        ORDER BY o.id, l.id
        """;

    private const string Inventory = """
        SELECT batch_id, currency, sum(posted), sum(due)
        FROM (
            SELECT debit_subject AS batch_id, currency, amount AS posted, 0 AS due FROM transfers WHERE debit_account = @Inventory
            UNION ALL
            SELECT credit_subject, currency, -amount, 0 FROM transfers WHERE credit_account = @Inventory
            UNION ALL
            SELECT b.id, b.currency, 0,
                   b.unit_cost * (b.accepted - coalesce((SELECT sum(s.delivered + s.voided + s.expired) FROM batch_stock s WHERE s.batch_id = b.id), 0))
            FROM batches b WHERE b.terms = @Purchased AND b.approved = 1
        ) AS both_sides
        GROUP BY batch_id, currency
        """;

    private static string AllowedAccounts() => string.Join(
        " UNION ALL ",
        TransferRules.Allowed.Select(rule => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SELECT {(int)rule.Kind}, {(int)rule.Debit}, {(int)rule.Credit}")));
}

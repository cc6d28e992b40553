using System.Data.Common;
using System.Globalization;
using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Privacy;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Personal data in <c>orders</c> and <c>order_lines</c>, and in what was said in their after-sales cases.</summary>
public class PersonalDataStore(IDatabase database) : IPersonalDataStore
{
    private const int OrdersAPiece = 200;
    private const string Cursor = "privacy:term-ended-through";

    internal static string OrdersAfterCursor(SqlDialect dialect) =>
        $"SELECT id, completed_at FROM orders WHERE id > @cursor AND id < @end ORDER BY id {dialect.Limit("@limit")}";

    internal static string PassedBy(SqlDialect dialect) => $"""
        SELECT r.order_id, o.completed_at FROM retention_later AS r {dialect.JoinInOrder} orders AS o ON o.id = r.order_id
        WHERE r.order_id > @revisitAfter ORDER BY r.order_id {dialect.Limit("@limit")}
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> FindOrdersAsync(long storefrontId, Person person, long before, int limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        return database.ReadAsync<IReadOnlyList<long>>(
            async connection => (await connection.QueryAsync<long>(
                BenefitStore.OrdersSql(database.Dialect, person.Field), new { storefrontId, person.Hash, last = before - 1, limit }).ConfigureAwait(false)).AsList(),
            cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PersonalOrder>> ReadAsync(IReadOnlyList<long> orderIds, Person person, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        return database.ReadSnapshotAsync<IReadOnlyList<PersonalOrder>>(
            async connection =>
            {
                var orders = await OrderStore.QueryAsync(connection, OrderList.OrdersSql, new { ids = orderIds }).ConfigureAwait(false);
                var buyers = (await connection.QueryAsync<(long Id, string? Campaign, byte[]? Buyer)>(
                    "SELECT id, campaign, buyer FROM orders WHERE id IN @ids", new { ids = orderIds }).ConfigureAwait(false)).ToDictionary(row => row.Id);
                var lines = (await connection.QueryAsync<(long OrderId, long Id, byte[]? Inputs)>(
                    $"SELECT order_id, id, inputs FROM order_lines WHERE order_id IN @ids {OfPerson(person)}", new { ids = orderIds, person.Hash }).ConfigureAwait(false)).ToLookup(row => row.OrderId);
                return [.. orders.Select(order => new PersonalOrder(
                    order with { Lines = [.. order.Lines.Where(line => lines[order.Id].Any(row => row.Id == line.Id))] },
                    buyers[order.Id].Campaign,
                    buyers[order.Id].Buyer,
                    lines[order.Id].Where(row => row.Inputs is not null).ToDictionary(row => row.Id, row => row.Inputs!)))];
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<ErasedCounts> EraseAsync(long storefrontId, Person person, int limit, AuditEntry entry) => EraseAsync(async connection =>
    {
        var ids = (await connection.QueryAsync<long>(
            $"{ByStateSql(database.Dialect, person.Field, "status >= 20")} {database.Dialect.Limit("@limit")}", new { storefrontId, person.Hash, limit }).ConfigureAwait(false)).AsList();
        var lines = await connection.ExecuteAsync(
            $"UPDATE order_lines SET recipient = NULL, recipient_hash = NULL, inputs = NULL WHERE order_id IN @ids {OfPerson(person)} AND {LineHolds}",
            new { ids, person.Hash }).ConfigureAwait(false);
        await EraseBuyersAsync(connection, ids).ConfigureAwait(false);
        await EraseReasonsAsync(connection, ids).ConfigureAwait(false);
        await EraseAnswersAsync(connection, ids).ConfigureAwait(false);
        if (ids.Count > 0)
        {
            await AuditStore.AppendAsync(
                connection, entry with { After = string.Create(CultureInfo.InvariantCulture, $$"""{"orders":{{ids.Count}},"lines":{{lines}}}""") }).ConfigureAwait(false);
        }

        return new ErasedCounts(ids.Count, lines);
    });

    /// <inheritdoc/>
    public Task<int> EraseSandboxAsync(long storefrontId, Person person) => EraseAsync(async connection =>
    {
        await connection.ExecuteAsync(
            $"UPDATE sandbox_cases SET reason = '' WHERE order_id IN ({SandboxOrdersSql(person.Field)})", new { storefrontId, person.Hash }).ConfigureAwait(false);
        return await connection.ExecuteAsync(ForgetSandboxSql(person.Field), new { storefrontId, person.Hash }).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public Task<int> CountOpenAsync(long storefrontId, Person person, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        return database.ReadAsync(
            async connection => (await connection.QueryAsync<long>(ByStateSql(database.Dialect, person.Field, "status < 20"), new { storefrontId, person.Hash }).ConfigureAwait(false)).Count(), cancellation);
    }

    /// <inheritdoc/>
    public Task<RetentionPiece> EraseClosedBeforeAsync(DateTimeOffset before, long revisitAfter, AuditEntry? entry) => EraseAsync(async connection =>
    {
        var beforeMs = before.ToUnixTimeMilliseconds();
        var revisited = (await connection.QueryAsync<(long Id, long? CompletedAt)>(PassedBy(database.Dialect), new { revisitAfter, limit = OrdersAPiece }).ConfigureAwait(false)).AsList();
        var due = revisited.Where(order => order.CompletedAt < beforeMs).Select(order => order.Id).ToList();
        await connection.ExecuteAsync("DELETE FROM retention_later WHERE order_id IN @due", new { due }).ConfigureAwait(false);

        // What was made later cannot have been closed before.
        var cursor = long.Parse(await connection.ExecuteScalarAsync<string>("SELECT value FROM settings WHERE name = @Cursor", new { Cursor }).ConfigureAwait(false) ?? "0", CultureInfo.InvariantCulture);
        var next = (await connection.QueryAsync<(long Id, long? CompletedAt)>(
            OrdersAfterCursor(database.Dialect), new { cursor, end = IdGenerator.FirstAt(before), limit = OrdersAPiece }).ConfigureAwait(false)).AsList();
        due.AddRange(next.Where(order => order.CompletedAt < beforeMs).Select(order => order.Id));
        await connection.ExecuteAsync(
            "INSERT INTO retention_later (order_id) VALUES (@Id)", next.Where(order => !(order.CompletedAt < beforeMs)).Select(order => new { order.Id })).ConfigureAwait(false);
        if (next.Count > 0)
        {
            await MoveCursorAsync(connection, next[^1].Id.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        }

        // Callbacks for attempts that are not known belong to no order, and repeat recipients all the same.
        await connection.ExecuteAsync("DELETE FROM stray_callbacks WHERE id < @end", new { end = IdGenerator.FirstAt(before) }).ConfigureAwait(false);
        var erased = await EraseOrdersAsync(connection, due).ConfigureAwait(false);

        // An answer that came after its order was erased is not found by it any more; its own age counts. What may still be issued needs its answers.
        await connection.ExecuteAsync(
            """
            DELETE FROM supplier_answers
            WHERE attempt_id < @end AND id < @end AND EXISTS (SELECT 1 FROM attempts AS a WHERE a.id = supplier_answers.attempt_id AND a.state >= @definite)
            """,
            new { end = IdGenerator.FirstAt(before), definite = AttemptState.Issued }).ConfigureAwait(false);

        // So is what people noted about a discrepancy, which may be long after its order was closed.
        await connection.ExecuteAsync("UPDATE discrepancies SET content = NULL WHERE proposed_at < @beforeMs AND content IS NOT NULL", new { beforeMs }).ConfigureAwait(false);
        if (erased > 0 && entry is not null)
        {
            await AuditStore.AppendAsync(connection, entry).ConfigureAwait(false);
        }

        return new RetentionPiece(erased, revisited.Count == 0 ? long.MaxValue : revisited[^1].Id, revisited.Count < OrdersAPiece && next.Count < OrdersAPiece);
    });

    /// <inheritdoc/>
    public virtual Task FlushAsync() => Task.CompletedTask;

    /// <summary>Runs one piece of an erasure in a transaction.</summary>
    protected virtual Task<T> EraseAsync<T>(Func<DbConnection, Task<T>> erase) => database.WriteAsync(erase, WritePriority.Bulk);

    /// <summary>The person's orders of a storefront by where they stand, through the index of the hash, in the order of that index.</summary>
    internal static string ByStateSql(SqlDialect dialect, PersonField field, string state) => field switch
    {
        PersonField.Recipient => $"""
            SELECT DISTINCT l.order_id FROM order_lines AS l {dialect.JoinInOrder} orders AS o ON o.id = l.order_id
            WHERE l.storefront_id = @storefrontId AND l.recipient_hash = @Hash AND o.{state} ORDER BY l.order_id
            """,
        PersonField.BuyerReference => $"""
            SELECT id FROM orders {dialect.IndexedBy("orders_buyer")}
            WHERE storefront_id = @storefrontId AND buyer_reference_hash = @Hash AND {state} ORDER BY id
            """,
    };

    private static string SandboxOrdersSql(PersonField field) => field switch
    {
        PersonField.Recipient => "SELECT order_id FROM sandbox_lines WHERE storefront_id = @storefrontId AND recipient_hash = @Hash",
        PersonField.BuyerReference => "SELECT id FROM sandbox_orders WHERE storefront_id = @storefrontId AND buyer_reference_hash = @Hash",
    };

    private static string ForgetSandboxSql(PersonField field) => field switch
    {
        PersonField.Recipient => "UPDATE sandbox_lines SET recipient = NULL, recipient_hash = NULL WHERE storefront_id = @storefrontId AND recipient_hash = @Hash",
        PersonField.BuyerReference => "UPDATE sandbox_orders SET buyer_reference_hash = NULL WHERE storefront_id = @storefrontId AND buyer_reference_hash = @Hash",
    };

    private const string LineHolds = "(recipient IS NOT NULL OR recipient_hash IS NOT NULL OR inputs IS NOT NULL)";

    // Beside a recipient others may be named in an order; a buyer's order is all the buyer's.
    private static string OfPerson(Person person) => person.Field == PersonField.Recipient ? "AND recipient_hash = @Hash" : "";

    private static async Task MoveCursorAsync(DbConnection connection, string through)
    {
        if (await connection.ExecuteAsync("UPDATE settings SET value = @through WHERE name = @Cursor", new { through, Cursor }).ConfigureAwait(false) == 0)
        {
            await connection.ExecuteAsync("INSERT INTO settings (name, value) VALUES (@Cursor, @through)", new { through, Cursor }).ConfigureAwait(false);
        }
    }

    private static async Task<int> EraseOrdersAsync(DbConnection connection, List<long> ids)
    {
        var holding = (await connection.QueryAsync<long>(
            $"SELECT id FROM orders WHERE id IN @ids AND (buyer IS NOT NULL OR buyer_reference_hash IS NOT NULL) UNION SELECT order_id FROM order_lines WHERE order_id IN @ids AND {LineHolds} UNION SELECT order_id FROM after_sales_cases WHERE order_id IN @ids AND reason <> ''",
            new { ids }).ConfigureAwait(false)).AsList();
        await connection.ExecuteAsync(
            $"UPDATE order_lines SET recipient = NULL, recipient_hash = NULL, inputs = NULL WHERE order_id IN @holding AND {LineHolds}", new { holding }).ConfigureAwait(false);
        await EraseBuyersAsync(connection, holding).ConfigureAwait(false);
        await EraseReasonsAsync(connection, holding).ConfigureAwait(false);
        await EraseAnswersAsync(connection, ids).ConfigureAwait(false);
        return holding.Count;
    }

    // What suppliers said about an order's units, as it came, may repeat the recipient, and people's evidence may name somebody, also where the order itself never did.
    private static async Task EraseAnswersAsync(DbConnection connection, List<long> ids)
    {
        await connection.ExecuteAsync(
            "DELETE FROM supplier_answers WHERE attempt_id IN (SELECT a.id FROM units AS u JOIN attempts AS a ON a.unit_id = u.id WHERE u.order_id IN @ids)", new { ids }).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "UPDATE unit_decisions SET content = NULL WHERE order_id IN @ids AND content IS NOT NULL", new { ids }).ConfigureAwait(false);
        await connection.ExecuteAsync(
            """
            UPDATE discrepancies SET content = NULL
            WHERE content IS NOT NULL AND attempt_id IN (SELECT a.id FROM units AS u JOIN attempts AS a ON a.unit_id = u.id WHERE u.order_id IN @ids)
            """,
            new { ids }).ConfigureAwait(false);
    }

    private static Task<int> EraseBuyersAsync(DbConnection connection, List<long> ids) => connection.ExecuteAsync(
        "UPDATE orders SET buyer = NULL, buyer_reference_hash = NULL WHERE id IN @ids AND (buyer IS NOT NULL OR buyer_reference_hash IS NOT NULL)", new { ids });

    // Why something was given back is in somebody's own words, and may name the buyer. A flag repeats what its case says.
    private static async Task EraseReasonsAsync(DbConnection connection, List<long> ids)
    {
        await connection.ExecuteAsync(
            "UPDATE after_sales_cases SET reason = '', decision_reason = CASE WHEN decision_reason IS NULL THEN NULL ELSE '' END WHERE order_id IN @ids", new { ids }).ConfigureAwait(false);
        await connection.ExecuteAsync(
            "UPDATE card_key_flags SET reason = '' WHERE card_key_id IN (SELECT card_key_id FROM units WHERE order_id IN @ids AND card_key_id IS NOT NULL)", new { ids }).ConfigureAwait(false);
    }
}

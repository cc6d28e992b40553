using Dapper;
using Fulfilment.Core.Fulfilment;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// Finds the work that is due, outside any transaction. Each query is a range of an index that finished units are not in, so what was sold before makes no
/// difference; the numbers of states stand in the text, because only then such an index can serve.
/// </summary>
internal sealed class FulfilmentReader(IDatabase database)
{
    private const string LineColumns = """
        coalesce(u.sku_id, l.sku_id) AS SkuId, coalesce(u.price, l.unit_price) AS Price, l.recipient AS Recipient, l.inputs AS Inputs,
        CASE WHEN l.inputs IS NULL THEN 0 ELSE (SELECT min(f.id) FROM units AS f WHERE f.order_id = u.order_id AND f.line_id = u.line_id) END AS InputsOwner
        """;

    /// <summary>State 10 is pending; only orders that are processing (11) have units for a worker.</summary>
    internal static string PendingSql(SqlDialect dialect) => $"""
        SELECT u.order_id AS OrderId, u.id AS Id, u.line_id AS LineId, u.state AS State, u.due_at AS DueAt, u.by_hand AS ByHand, u.waits_since AS WaitsSince, o.currency AS Currency, {LineColumns}
        FROM (SELECT order_id, id, line_id, state, due_at, sku_id, price, by_hand, waits_since FROM units WHERE state = 10 AND due_at <= @now ORDER BY due_at {dialect.Limit("@limit")}) AS u
        JOIN orders AS o ON o.id = u.order_id
        JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
        WHERE o.status = 11
        """;

    /// <summary>Those since an operator last sent the unit round its routes again (kind 6): earlier ones use up no route.</summary>
    internal const string AttemptsSql = $"""
        SELECT {AttemptRow.Columns} FROM attempts AS a
        WHERE a.unit_id IN @units AND NOT EXISTS (SELECT 1 FROM unit_decisions AS d WHERE d.unit_id = a.unit_id AND d.kind = 6 AND d.id > a.id)
        ORDER BY a.unit_id, a.id
        """;

    /// <summary>States 12 and 14 are processing and unknown.</summary>
    internal static string SubmittedSql(SqlDialect dialect) => $"""
        SELECT u.order_id AS OrderId, u.id AS Id, u.line_id AS LineId, u.state AS State, u.due_at AS DueAt, {LineColumns}
        FROM (SELECT order_id, id, line_id, state, due_at, sku_id, price FROM units WHERE state IN (12, 14) AND due_at <= @now ORDER BY due_at {dialect.Limit("@limit")}) AS u
        JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
        """;

    /// <summary>States below 20 are open: a unit has one of them at most.</summary>
    internal const string OpenAttemptsSql = $"SELECT {AttemptRow.Columns} FROM attempts AS a WHERE a.unit_id IN @units AND a.state < 20";

    internal static string OrdersSql(SqlDialect dialect) =>
        $"SELECT id FROM orders WHERE due_at <= @now AND due_at IS NOT NULL AND status = 11 ORDER BY due_at {dialect.Limit("@limit")}";

    /// <inheritdoc cref="IFulfilmentStore.FindPendingAsync"/>
    public Task<IReadOnlyList<PendingUnit>> FindPendingAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<PendingUnit>>(
        async connection =>
        {
            var due = (await connection.QueryAsync<DueUnitRow>(
                PendingSql(database.Dialect), new { now = now.ToUnixTimeMilliseconds(), limit }).ConfigureAwait(false)).OrderBy(row => row.DueAt).ThenBy(row => row.Id).ToList();
            if (due.Count == 0)
            {
                return [];
            }

            var attempts = (await connection.QueryAsync<AttemptRow>(AttemptsSql, new { units = due.ConvertAll(row => row.Id) }).ConfigureAwait(false))
                .ToLookup(row => row.UnitId, row => row.ToAttempt());
            return due.ConvertAll(row => new PendingUnit(row.ToUnit(), row.Currency, row.Recipient, row.Inputs, row.InputsOwner, [.. attempts[row.Id]])
            {
                IsByHand = row.ByHand != 0,
                WaitsSince = row.WaitsSince is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null,
            });
        },
        cancellation);

    /// <inheritdoc cref="IFulfilmentStore.FindSubmittedAsync"/>
    public Task<IReadOnlyList<SubmittedUnit>> FindSubmittedAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<SubmittedUnit>>(
        async connection =>
        {
            var due = (await connection.QueryAsync<DueUnitRow>(
                SubmittedSql(database.Dialect), new { now = now.ToUnixTimeMilliseconds(), limit }).ConfigureAwait(false)).OrderBy(row => row.DueAt).ThenBy(row => row.Id).ToList();
            if (due.Count == 0)
            {
                return [];
            }

            var attempts = (await connection.QueryAsync<AttemptRow>(OpenAttemptsSql, new { units = due.ConvertAll(row => row.Id) }).ConfigureAwait(false))
                .ToDictionary(row => row.UnitId, row => row.ToAttempt());
            return due.ConvertAll(row => new SubmittedUnit(row.ToUnit(), row.Recipient, row.Inputs, row.InputsOwner, attempts.GetValueOrDefault(row.Id)));
        },
        cancellation);

    /// <inheritdoc cref="IFulfilmentStore.FindOrdersAsync"/>
    public Task<IReadOnlyList<long>> FindOrdersAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<long>>(
        async connection => (await connection.QueryAsync<long>(
            OrdersSql(database.Dialect), new { now = now.ToUnixTimeMilliseconds(), limit }).ConfigureAwait(false)).AsList(),
        cancellation);
}

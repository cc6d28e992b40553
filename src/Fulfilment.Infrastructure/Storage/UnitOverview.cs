using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IUnitOverview"/>
public sealed class UnitOverview(IDatabase database, ISupplierVault vault) : IUnitOverview
{
    private const string Columns = """
        u.order_id AS OrderId, u.id AS Id, u.line_id AS LineId, o.storefront_id AS StorefrontId, coalesce(u.sku_id, l.sku_id) AS SkuId, u.state AS State,
        coalesce(u.price, l.unit_price) AS Price, o.currency AS Currency, u.due_at AS DueAt, u.failure AS Failure, u.by_hand AS ByHand, l.recipient AS Recipient, l.inputs AS Inputs,
        CASE WHEN l.inputs IS NULL THEN 0 ELSE (SELECT min(f.id) FROM units AS f WHERE f.order_id = u.order_id AND f.line_id = u.line_id) END AS InputsOwner,
        a.supplier_id AS SupplierId, t.taken_by AS TakenBy, t.taken_until AS TakenUntil, d.id AS PendingDecision
        """;

    private const string Others = """
        LEFT JOIN attempts AS a ON a.unit_id = u.id AND a.state < 20
        LEFT JOIN unit_leases AS t ON t.unit_id = u.id
        LEFT JOIN unit_decisions AS d ON d.unit_id = u.id AND d.status = 10
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OverviewUnit>> ListAsync(UnitQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var end = query.To is { } to ? IdGenerator.FirstAt(to) : long.MaxValue;
        var parameters = new { query.BeforeOrder, query.BeforeUnit, query.Limit, query.SupplierId, query.SkuId, end };
        var rows = await database.ReadSnapshotAsync(
            async connection =>
            {
                var found = new List<Row>();
                foreach (var state in query.States)
                {
                    found.AddRange(await connection.QueryAsync<Row>(ListSql(database.Dialect, state, query), parameters).ConfigureAwait(false));
                }

                return found;
            },
            cancellation).ConfigureAwait(false);
        return [.. rows.OrderByDescending(row => row.OrderId).ThenByDescending(row => row.Id).Take(query.Limit).Select(row => row.ToUnit())];
    }

    /// <inheritdoc/>
    public Task<UnitHistory?> FindAsync(long unitId, CancellationToken cancellation) => database.ReadSnapshotAsync(
        async connection =>
        {
            if (await UnitOrders.FindAsync(connection, unitId).ConfigureAwait(false) is not { } orderId)
            {
                return null;
            }

            var unit = await connection.QuerySingleOrDefaultAsync<Row>(
                $"""
                SELECT {Columns} FROM units AS u
                JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
                JOIN orders AS o ON o.id = u.order_id
                {Others}
                WHERE u.order_id = @orderId AND u.id = @unitId
                """,
                new { orderId, unitId }).ConfigureAwait(false);
            if (unit is null)
            {
                return null;
            }

            var attempts = await connection.QueryAsync<AttemptRow>(
                $"SELECT {AttemptRow.Columns} FROM attempts AS a WHERE a.unit_id = @unitId ORDER BY a.id DESC", new { unitId }).ConfigureAwait(false);
            var answers = await connection.QueryAsync<AnswerRow>(
                """
                SELECT s.attempt_id AS AttemptId, s.id AS Id, s.source AS Source, s.status AS Status, s.body AS Body
                FROM attempts AS a JOIN supplier_answers AS s ON s.attempt_id = a.id WHERE a.unit_id = @unitId ORDER BY s.id DESC
                """,
                new { unitId }).ConfigureAwait(false);
            return new UnitHistory(
                unit.ToUnit(), [.. attempts.Select(row => row.ToAttempt())], [.. answers.Select(row => row.ToAnswer())],
                await UnitDecisionRows.OfUnitAsync(connection, vault, unitId).ConfigureAwait(false));
        },
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<UnitDecision>> ListPendingDecisionsAsync(long before, int limit, CancellationToken cancellation) =>
        database.ReadAsync(connection => UnitDecisionRows.ListPendingAsync(connection, database.Dialect, vault, before, limit), cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpenUnits>> CountOpenAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<CountRow>(
                CountSql,
                new { hour = IdGenerator.FirstAt(now.AddHours(-1)), day = IdGenerator.FirstAt(now.AddDays(-1)), week = IdGenerator.FirstAt(now.AddDays(-7)) }),
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new OpenUnits((UnitState)row.State, (UnknownAge)row.Age, row.Units))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UnknownSum>> SumUnknownsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<SumRow>(
                SumSql,
                new { hour = IdGenerator.FirstAt(now.AddHours(-1)), day = IdGenerator.FirstAt(now.AddDays(-1)), week = IdGenerator.FirstAt(now.AddDays(-7)) }),
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToSum())];
    }

    /// <summary>The first two conditions stand as in the index that serves it, units_unfinished; the last leaves out what has failed, of which there is ever more.</summary>
    internal const string CountSql = """
        SELECT state AS State, age AS Age, count(*) AS Units
        FROM (
            SELECT u.state, CASE WHEN u.order_id >= @hour THEN 0 WHEN u.order_id >= @day THEN 1 WHEN u.order_id >= @week THEN 2 ELSE 3 END AS age
            FROM units AS u
            WHERE u.state <> 20 AND u.state < 22 AND u.state < 20
        ) AS unfinished
        GROUP BY state, age
        ORDER BY state, age
        """;

    /// <summary>Of attempts in state 12, unknown: the number stands in the text, because only then their own index can serve it.</summary>
    internal const string SumSql = """
        SELECT supplier_id AS SupplierId, currency AS Currency, age AS Age, count(*) AS Units, sum(unit_cost) AS Cost, sum(price) AS Held
        FROM (
            SELECT a.supplier_id, a.currency, a.unit_cost, coalesce(u.price, l.unit_price) AS price,
                   CASE WHEN a.id >= @hour THEN 0 WHEN a.id >= @day THEN 1 WHEN a.id >= @week THEN 2 ELSE 3 END AS age
            FROM attempts AS a
            JOIN units AS u ON u.order_id = a.order_id AND u.id = a.unit_id
            JOIN order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
            WHERE a.state = 12
        ) AS unknowns
        GROUP BY supplier_id, currency, age
        ORDER BY supplier_id, currency, age
        """;

    /// <summary>
    /// The states stand in the text as in the index, and the state as a number: only then the index can serve it. The joins in order keep SQLite from beginning
    /// elsewhere.
    /// </summary>
    internal static string ListSql(SqlDialect dialect, UnitState state, UnitQuery query) => $"""
        SELECT {Columns} FROM units AS u {dialect.IndexedBy("units_unfinished")}
        {dialect.JoinInOrder} order_lines AS l ON l.order_id = u.order_id AND l.id = u.line_id
        {dialect.JoinInOrder} orders AS o ON o.id = u.order_id
        {Others}
        WHERE u.state <> 20 AND u.state < 22 AND {Of(state)} AND u.order_id <= @BeforeOrder AND (u.order_id < @BeforeOrder OR u.id < @BeforeUnit)
        {(query.To is null ? "" : "AND u.order_id < @end")}
        {(query.SupplierId is null ? "" : "AND a.supplier_id = @SupplierId")}
        {(query.SkuId is null ? "" : "AND coalesce(u.sku_id, l.sku_id) = @SkuId")}
        ORDER BY u.order_id DESC, u.id DESC {dialect.Limit("@Limit")}
        """;

    private static string Of(UnitState state) => state switch
    {
        UnitState.Pending => "u.state = 10",
        UnitState.Processing => "u.state = 12",
        UnitState.Manual => "u.state = 13",
        UnitState.Unknown => "u.state = 14",
        UnitState.Failed => "u.state = 21",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No list of units in this state."),
    };

    private sealed class Row
    {
        public long OrderId { get; init; }

        public long Id { get; init; }

        public long LineId { get; init; }

        public long StorefrontId { get; init; }

        public long SkuId { get; init; }

        public long State { get; init; }

        public long Price { get; init; }

        public string Currency { get; init; } = "";

        public long? DueAt { get; init; }

        public long? Failure { get; init; }

        public long ByHand { get; init; }

        public byte[]? Recipient { get; init; }

        public byte[]? Inputs { get; init; }

        public long InputsOwner { get; init; }

        public long? SupplierId { get; init; }

        public string? TakenBy { get; init; }

        public long? TakenUntil { get; init; }

        public long? PendingDecision { get; init; }

        public OverviewUnit ToUnit() => new()
        {
            OrderId = OrderId,
            Id = Id,
            LineId = LineId,
            StorefrontId = StorefrontId,
            SkuId = SkuId,
            State = (UnitState)State,
            Price = new Money(Price),
            Currency = Currency,
            DueAtMs = DueAt,
            Failure = (UnitFailure?)Failure,
            ByHand = ByHand == 1,
            Recipient = Recipient,
            Inputs = Inputs,
            InputsOwner = InputsOwner,
            SupplierId = SupplierId,
            Lease = TakenBy is null ? null : new UnitLease(TakenBy, TakenUntil!.Value),
            PendingDecisionId = PendingDecision,
        };
    }

    private sealed record AnswerRow(long AttemptId, long Id, long Source, long? Status, byte[] Body)
    {
        public StoredAnswer ToAnswer() => new(AttemptId, Id, (int)Source, (int?)Status, Body);
    }

    private sealed class CountRow
    {
        public int State { get; init; }

        public int Age { get; init; }

        public int Units { get; init; }
    }

    private sealed class SumRow
    {
        public long SupplierId { get; init; }

        public string Currency { get; init; } = "";

        public int Age { get; init; }

        public int Units { get; init; }

        public long Cost { get; init; }

        public long Held { get; init; }

        public UnknownSum ToSum() => new(SupplierId, Currency, (UnknownAge)Age, Units, new Money(Cost), new Money(Held));
    }
}

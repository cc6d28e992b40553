using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Reads the tables <c>after_sales_cases</c> and <c>after_sales_units</c>.</summary>
internal static class AfterSalesRows
{
    private const string Columns = """
        c.id AS Id, c.storefront_id AS StorefrontId, c.order_id AS OrderId, c.kind AS Kind, c.status AS Status, c.reason AS Reason,
        c.requested_by AS RequestedBy, c.decided_at AS DecidedAt, c.decided_by AS DecidedBy, c.decision_reason AS DecisionReason
        """;

    /// <summary>As the caller's transaction sees it, whosever it is.</summary>
    public static async Task<AfterSalesCase?> FindAsync(DbConnection connection, long caseId) =>
        (await QueryAsync(connection, $"SELECT {Columns} FROM after_sales_cases AS c WHERE c.id = @caseId", new { caseId }).ConfigureAwait(false)).SingleOrDefault();

    public static async Task<IReadOnlyList<AfterSalesCase>> ListAsync(DbConnection connection, SqlDialect dialect, AfterSalesQuery query) =>
        await QueryAsync(connection, ListSql(dialect, query), new { query.Before, query.Limit, query.StorefrontId, query.OrderId, query.Status }).ConfigureAwait(false);

    /// <summary>The number of what waits stands in the text, because only then its own index can serve it.</summary>
    internal static string ListSql(SqlDialect dialect, AfterSalesQuery query) => $"""
        SELECT {Columns} FROM after_sales_cases AS c
        WHERE c.id < @Before
        {(query.StorefrontId is null ? "" : "AND c.storefront_id = @StorefrontId")}
        {(query.OrderId is null ? "" : "AND c.order_id = @OrderId")}
        {(query.Status is null ? "" : query.Status == AfterSalesStatus.PendingApproval ? "AND c.status = 10" : "AND c.status = @Status")}
        ORDER BY c.id DESC {dialect.Limit("@Limit")}
        """;

    private static async Task<List<AfterSalesCase>> QueryAsync(DbConnection connection, string sql, object parameters)
    {
        var cases = (await connection.QueryAsync<CaseRow>(sql, parameters).ConfigureAwait(false)).AsList();
        if (cases.Count == 0)
        {
            return [];
        }

        var units = await connection.QueryAsync<UnitRow>("""
            SELECT a.case_id AS CaseId, a.unit_id AS UnitId, a.sku_id AS SkuId, u.revealed_at AS RevealedAt, a.automatic_day AS AutomaticDay,
                   a.new_unit_id AS NewUnitId, a.refunded AS Refunded
            FROM after_sales_units AS a
            JOIN after_sales_cases AS c ON c.id = a.case_id
            LEFT JOIN units AS u ON u.order_id = c.order_id AND u.id = a.unit_id
            WHERE a.case_id IN @ids ORDER BY a.case_id, a.unit_id
            """, new { ids = cases.ConvertAll(row => row.Id) }).ConfigureAwait(false);
        var byCase = units.ToLookup(unit => unit.CaseId, unit => unit.ToUnit());
        return cases.ConvertAll(row => row.ToCase([.. byCase[row.Id]]));
    }

    private sealed record CaseRow(
        long Id, long StorefrontId, long OrderId, long Kind, long Status, string Reason, string RequestedBy, long? DecidedAt, string? DecidedBy, string? DecisionReason)
    {
        public AfterSalesCase ToCase(IReadOnlyList<AfterSalesUnit> units) => new()
        {
            Id = Id,
            StorefrontId = StorefrontId,
            OrderId = OrderId,
            Kind = (AfterSalesKind)Kind,
            Status = (AfterSalesStatus)Status,
            Reason = Reason,
            RequestedBy = RequestedBy,
            DecidedAtMs = DecidedAt,
            DecidedBy = DecidedBy,
            DecisionReason = DecisionReason,
            Units = units,
        };
    }

    private sealed record UnitRow(long CaseId, long UnitId, long SkuId, long? RevealedAt, long? AutomaticDay, long? NewUnitId, long? Refunded)
    {
        public AfterSalesUnit ToUnit() =>
            new(UnitId, SkuId, RevealedAt, (int?)AutomaticDay, NewUnitId, Refunded is { } money ? new Money(money) : null);
    }
}

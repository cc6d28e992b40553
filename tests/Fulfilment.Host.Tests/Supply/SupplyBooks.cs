using Dapper;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>What our database says of suppliers, read beside the host.</summary>
internal sealed record SupplyBooks(
    IReadOnlyList<SupplyBooks.AttemptRow> Attempts, IReadOnlyList<SupplyBooks.UnitRow> Units, IReadOnlyList<SupplyBooks.DiscrepancyRow> Discrepancies, int OpenOrders, int StrayCallbacks,
    IReadOnlyDictionary<string, long> Owed)
{
    public static async Task<SupplyBooks> ReadAsync(string folder)
    {
        await using var database = Open(folder);
        return new SupplyBooks(
            [.. await database.QueryAsync<AttemptRow>("SELECT a.id AS Id, a.unit_id AS UnitId, s.code AS Supplier, a.state AS StateNumber, a.unit_cost AS UnitCost, a.queries AS Queries, a.reason AS Reason FROM attempts AS a JOIN suppliers AS s ON s.id = a.supplier_id")],
            [.. await database.QueryAsync<UnitRow>("SELECT id AS Id, order_id AS OrderId, state AS StateNumber, card_key_id AS CardKeyId FROM units")],
            [.. await database.QueryAsync<DiscrepancyRow>("SELECT kind AS KindNumber, attempt_id AS AttemptId, amount AS Amount FROM discrepancies")],
            await database.ExecuteScalarAsync<int>("SELECT count(*) FROM orders WHERE status < 20"),
            await database.ExecuteScalarAsync<int>("SELECT count(*) FROM stray_callbacks"),
            (await database.QueryAsync<(string Supplier, long Amount)>("""
                SELECT s.code, coalesce(sum(a.unit_cost), 0)
                     + coalesce((SELECT sum(t.amount) FROM transfers AS t WHERE t.credit_account = 9 AND t.kind = 7 AND t.credit_subject = s.id), 0)
                FROM suppliers AS s LEFT JOIN attempts AS a ON a.supplier_id = s.id AND a.state = 20
                GROUP BY s.id, s.code
                """)).ToDictionary(row => row.Supplier, row => row.Amount));
    }

    /// <summary>How many orders are still open, and how many there are.</summary>
    public static async Task<(int Open, int All)> CountOrdersAsync(string folder)
    {
        await using var database = Open(folder);
        return await database.QuerySingleAsync<(int, int)>("SELECT coalesce(sum(CASE WHEN status < 20 THEN 1 ELSE 0 END), 0), count(*) FROM orders");
    }

    /// <summary>Units that are still open, in words, for a test that waits in vain.</summary>
    public static string DescribeOpen(string folder)
    {
        using var database = Open(folder);
        var open = database.Query<(long Unit, long State, long? DueAt, string? Supplier, long? Attempt, long? AttemptState, string? Reason)>("""
            SELECT u.id, u.state, u.due_at, s.code, a.id, a.state, a.reason
            FROM units AS u LEFT JOIN attempts AS a ON a.unit_id = u.id LEFT JOIN suppliers AS s ON s.id = a.supplier_id
            WHERE u.state < 20 ORDER BY u.id, a.id LIMIT 40
            """);
        return string.Join('\n', open.Select(row => $"unit {row.Unit} {(UnitState)row.State} due {row.DueAt}: {row.Supplier} {row.Attempt} {(AttemptState?)row.AttemptState} {row.Reason}"));
    }

    private static SqliteConnection Open(string folder)
    {
        var database = new SqliteConnection($"Data Source={Path.Combine(folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        database.Open();
        return database;
    }

    public sealed class AttemptRow
    {
        public long Id { get; set; }

        public long UnitId { get; set; }

        public string Supplier { get; set; } = "";

        public long StateNumber { get; set; }

        public long UnitCost { get; set; }

        public long Queries { get; set; }

        public string? Reason { get; set; }

        public AttemptState State => (AttemptState)StateNumber;
    }

    public sealed class UnitRow
    {
        public long Id { get; set; }

        public long OrderId { get; set; }

        public long StateNumber { get; set; }

        public long? CardKeyId { get; set; }

        public UnitState State => (UnitState)StateNumber;
    }

    public sealed class DiscrepancyRow
    {
        public long KindNumber { get; set; }

        public long? AttemptId { get; set; }

        public long Amount { get; set; }

        public DiscrepancyKind Kind => (DiscrepancyKind)KindNumber;
    }
}

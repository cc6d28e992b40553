using Dapper;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>What our database says of suppliers, read beside the host.</summary>
internal sealed record SupplyBooks(
    IReadOnlyList<SupplyBooks.AttemptRow> Attempts, IReadOnlyList<SupplyBooks.UnitRow> Units, IReadOnlyList<SupplyBooks.DiscrepancyRow> Discrepancies, int StrayCallbacks,
    IReadOnlyDictionary<string, long> Owed)
{
    public static async Task<SupplyBooks> ReadAsync(string folder)
    {
        await using var database = Open(folder);
        return new SupplyBooks(
            [.. await database.QueryAsync<AttemptRow>("SELECT a.id AS Id, a.unit_id AS UnitId, s.code AS Supplier, a.state AS StateNumber, a.unit_cost AS UnitCost, a.queries AS Queries, a.receipt AS Receipt, a.reason AS Reason FROM attempts AS a JOIN suppliers AS s ON s.id = a.supplier_id")],
            [.. await database.QueryAsync<UnitRow>("SELECT id AS Id, order_id AS OrderId, state AS StateNumber, card_key_id AS CardKeyId FROM units")],
            [.. await database.QueryAsync<DiscrepancyRow>("SELECT kind AS KindNumber, attempt_id AS AttemptId, amount AS Amount FROM discrepancies")],
            await database.ExecuteScalarAsync<int>("SELECT count(*) FROM stray_callbacks"),
            (await database.QueryAsync<(string Supplier, long Amount)>("""
                SELECT s.code, coalesce(sum(a.unit_cost), 0)
                     + coalesce((SELECT sum(t.amount) FROM transfers AS t WHERE t.credit_account = 9 AND t.kind = 7 AND t.credit_subject = s.id), 0)
                FROM suppliers AS s LEFT JOIN attempts AS a ON a.supplier_id = s.id AND a.state = 20
                GROUP BY s.id, s.code
                """)).ToDictionary(row => row.Supplier, row => row.Amount));
    }

    /// <summary>
    /// Open units, apart from the unknowns at suppliers that take queries by their own number alone and have not told one: for those only a callback or a
    /// person can say what became of them.
    /// </summary>
    public static async Task<int> CountOpenAsync(string folder, IReadOnlyCollection<string> suppliersAskedByReceipt)
    {
        await using var database = Open(folder);
        return await database.ExecuteScalarAsync<int>("""
            SELECT count(*) FROM units AS u
            WHERE u.state < 20 AND NOT EXISTS (
                SELECT 1 FROM attempts AS a JOIN suppliers AS s ON s.id = a.supplier_id
                WHERE a.unit_id = u.id AND a.state = 12 AND a.receipt IS NULL AND u.state = 14 AND s.code IN @suppliersAskedByReceipt)
            """, new { suppliersAskedByReceipt });
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

    /// <summary>What we owe a supplier in ten-thousandths. A second code for a unit is disputed until a person has settled it; the simulator gave it away.</summary>
    public long OwedTo(string supplier)
    {
        var attempts = Attempts.Where(attempt => attempt.Supplier == supplier).Select(attempt => attempt.Id).ToHashSet();
        return Owed[supplier] - Discrepancies.Where(found => found.Kind == DiscrepancyKind.ExtraCode && attempts.Contains(found.AttemptId ?? 0)).Sum(found => found.Amount);
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

        public string? Receipt { get; set; }

        public string? Reason { get; set; }

        /// <summary>By which the supplier knows it.</summary>
        public string Reference => Id.ToString(System.Globalization.CultureInfo.InvariantCulture);

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

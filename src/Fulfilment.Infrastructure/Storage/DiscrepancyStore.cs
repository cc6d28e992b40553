using System.Data.Common;
using System.Text;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>discrepancies</c>, as people see it.</summary>
public sealed class DiscrepancyStore(IDatabase database, ISupplierVault vault) : IDiscrepancyStore
{
    /// <summary>Those for which <see cref="Discrepancy.IsDisputed"/>.</summary>
    internal const string Disputed = "kind IN (1, 3, 4, 6)";

    private const string Columns = """
        id AS Id, kind AS Kind, status AS Status, supplier_id AS SupplierId, attempt_id AS AttemptId, unit_id AS UnitId, amount AS Amount, currency AS Currency,
        detail AS Detail, CASE WHEN code IS NULL THEN 0 ELSE 1 END AS HasCode, outcome AS Outcome, proposed_at AS ProposedAt, proposed_by AS ProposedBy,
        resolved_at AS ResolvedAt, resolved_by AS ResolvedBy, content AS Content
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KnownDiscrepancy>> ListAsync(DiscrepancyQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(ListSql(database.Dialect, query), new { query.Before, query.Limit, query.Status, query.SupplierId }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToDiscrepancy(vault))];
    }

    /// <inheritdoc/>
    public Task<KnownDiscrepancy?> FindAsync(long id, CancellationToken cancellation) => database.ReadAsync(connection => FindAsync(connection, id), cancellation);

    /// <inheritdoc/>
    public Task<Result<KnownDiscrepancy>> ChangeAsync(long id, Func<KnownDiscrepancy, Result<DiscrepancyChange>> decide) => database.WriteAsync<Result<KnownDiscrepancy>>(async connection =>
    {
        if (await FindAsync(connection, id).ConfigureAwait(false) is not { } found)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var decided = decide(found);
        if (decided.Refusal is { } refusal)
        {
            return refusal;
        }

        var (change, after) = (decided.Value, decided.Value.After);
        if (TakesBack(after) && await TakeFromOthersAsync(connection, after.Discrepancy).ConfigureAwait(false) is { } waits)
        {
            return waits;
        }

        if (await connection.ExecuteAsync(
            """
            UPDATE discrepancies SET status = @Status, outcome = @Outcome, proposed_at = @ProposedAtMs, proposed_by = @ProposedBy, resolved_at = @ResolvedAtMs,
                                     resolved_by = @ResolvedBy, content = @content
            WHERE id = @id AND status = @expected
            """,
            new
            {
                after.Discrepancy.Status, after.Outcome, after.ProposedAtMs, after.ProposedBy, after.ResolvedAtMs, after.ResolvedBy,
                content = Protect(id, after.Note), id, expected = change.Before.Discrepancy.Status,
            }).ConfigureAwait(false) != 1)
        {
            throw new InvalidOperationException($"Discrepancy {id} is not as it was read.");
        }

        if (change.Transfer is { } transfer)
        {
            await TransferRows.AddAsync(connection, transfer).ConfigureAwait(false);
        }

        await AuditStore.AppendAsync(connection, change.Entry).ConfigureAwait(false);
        return after;
    });

    /// <summary>The number of what is open or waits stands in the text, because only then its own index can serve it.</summary>
    internal static string ListSql(SqlDialect dialect, DiscrepancyQuery query) => $"""
        SELECT {Columns} FROM discrepancies
        WHERE id < @Before
        {(query.Status is null ? "" : query.Status == DiscrepancyStatus.Open ? "AND status = 10" : query.Status == DiscrepancyStatus.PendingApproval ? "AND status = 11" : "AND status = @Status")}
        {(query.SupplierId is null ? "" : "AND supplier_id = @SupplierId")}
        ORDER BY id DESC {dialect.Limit("@Limit")}
        """;

    // Of what is booked for an attempt: late rejections (2) and other costs than agreed (5).
    private static bool TakesBack(KnownDiscrepancy after) => after is
        { Discrepancy: { Status: DiscrepancyStatus.Resolved, AttemptId: not null, Kind: DiscrepancyKind.LateRejection or DiscrepancyKind.CostDiffers }, Outcome: DiscrepancyOutcome.Dropped };

    /// <summary>An attempt is booked once: what one discrepancy takes back is not at stake in another any more. A refusal while somebody is asked to approve the other one's amount.</summary>
    private static async Task<Refusal?> TakeFromOthersAsync(DbConnection connection, Discrepancy taken)
    {
        if (await connection.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM discrepancies WHERE attempt_id = @AttemptId AND kind IN (2, 5) AND status = 11 AND id <> @Id", new { taken.AttemptId, taken.Id }).ConfigureAwait(false) > 0)
        {
            return new Refusal(RefusalCode.StateConflict, Detail: "Another discrepancy of the same attempt waits for approval: approve or reject that one first.");
        }

        await connection.ExecuteAsync(
            "UPDATE discrepancies SET amount = CASE kind WHEN 2 THEN amount - @taken ELSE 0 END WHERE attempt_id = @AttemptId AND kind IN (2, 5) AND status = 10 AND id <> @Id",
            new { taken = taken.Amount.TenThousandths, taken.AttemptId, taken.Id }).ConfigureAwait(false);
        return null;
    }

    private async Task<KnownDiscrepancy?> FindAsync(DbConnection connection, long id) =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns}, code AS Code FROM discrepancies WHERE id = @id", new { id }).ConfigureAwait(false))?.ToDiscrepancy(vault);

    private byte[]? Protect(long id, SettlementNote? note) =>
        note is null ? null : vault.ProtectAnswer(id, Encoding.UTF8.GetBytes(StorageJson.Write(new Stored(note.Text, note.Rejection))));

    private sealed record Stored(string Text, string? Rejection);

    private sealed class Row
    {
        public long Id { get; init; }

        public long Kind { get; init; }

        public long Status { get; init; }

        public long SupplierId { get; init; }

        public long? AttemptId { get; init; }

        public long? UnitId { get; init; }

        public long Amount { get; init; }

        public string Currency { get; init; } = "";

        public string Detail { get; init; } = "";

        public int HasCode { get; init; }

        public byte[]? Code { get; init; }

        public long? Outcome { get; init; }

        public long? ProposedAt { get; init; }

        public string? ProposedBy { get; init; }

        public long? ResolvedAt { get; init; }

        public string? ResolvedBy { get; init; }

        public byte[]? Content { get; init; }

        public KnownDiscrepancy ToDiscrepancy(ISupplierVault vault) => new(
            new Discrepancy(
                Id, (DiscrepancyKind)Kind, (DiscrepancyStatus)Status, SupplierId, AttemptId, UnitId, new Money(Amount), Currency, Detail, Code),
            HasCode == 1, (DiscrepancyOutcome?)Outcome, ProposedAt, ProposedBy, ResolvedAt, ResolvedBy, Content is null ? null : Reveal(vault.RevealAnswer(Id, Content)));

        private static SettlementNote Reveal(byte[] json)
        {
            var stored = StorageJson.Read<Stored>(Encoding.UTF8.GetString(json));
            return new SettlementNote(stored.Text, stored.Rejection);
        }
    }
}

using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Reconciliation;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>discrepancies</c>, as people see it.</summary>
public sealed class DiscrepancyStore(IDatabase database, IdGenerator ids, TimeProvider time) : IDiscrepancyStore
{
    private const string Columns = """
        id AS Id, kind AS Kind, status AS Status, supplier_id AS SupplierId, attempt_id AS AttemptId, unit_id AS UnitId, amount AS Amount, currency AS Currency,
        detail AS Detail, CASE WHEN code IS NULL THEN 0 ELSE 1 END AS HasCode, resolved_at AS ResolvedAt, resolved_by AS ResolvedBy, note AS Note
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KnownDiscrepancy>> ListAsync(DiscrepancyQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(ListSql(database.Dialect, query), new { query.Before, query.Limit, query.Status, query.SupplierId }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToDiscrepancy())];
    }

    /// <inheritdoc/>
    public Task<KnownDiscrepancy?> FindAsync(long id, CancellationToken cancellation) => database.ReadAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns}, code AS Code FROM discrepancies WHERE id = @id", new { id }).ConfigureAwait(false))?.ToDiscrepancy(),
        cancellation);

    /// <inheritdoc/>
    public Task<Result<KnownDiscrepancy>> ResolveAsync(long id, string note, Actor actor) => database.WriteAsync<Result<KnownDiscrepancy>>(async connection =>
    {
        var resolved = await connection.ExecuteAsync(
            "UPDATE discrepancies SET status = @resolved, resolved_at = @now, resolved_by = @Name, note = @note WHERE id = @id AND status = 10",
            new { resolved = DiscrepancyStatus.Resolved, now = time.GetUtcNow().ToUnixTimeMilliseconds(), actor.Name, note, id }).ConfigureAwait(false);
        if (await FindAsync(connection, id).ConfigureAwait(false) is not { } found)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        if (resolved == 0)
        {
            return new Refusal(RefusalCode.NotPending);
        }

        await AuditStore.AppendAsync(connection, new AuditEntry(
            ids.Next(), actor, "discrepancy.resolved", $"discrepancy:{PublicId.Format(PublicId.Discrepancy, id)}",
            StorageJson.Write(new { Status = DiscrepancyStatus.Open }), StorageJson.Write(new { Status = DiscrepancyStatus.Resolved, note }))).ConfigureAwait(false);
        return found;
    });

    /// <summary>The number of what is open stands in the text, because only then its own index can serve it.</summary>
    internal static string ListSql(SqlDialect dialect, DiscrepancyQuery query) => $"""
        SELECT {Columns} FROM discrepancies
        WHERE id < @Before
        {(query.Status is null ? "" : query.Status == DiscrepancyStatus.Open ? "AND status = 10" : "AND status = @Status")}
        {(query.SupplierId is null ? "" : "AND supplier_id = @SupplierId")}
        ORDER BY id DESC {dialect.Limit("@Limit")}
        """;

    private static async Task<KnownDiscrepancy?> FindAsync(DbConnection connection, long id) =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM discrepancies WHERE id = @id", new { id }).ConfigureAwait(false))?.ToDiscrepancy();

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

        public long? ResolvedAt { get; init; }

        public string? ResolvedBy { get; init; }

        public string? Note { get; init; }

        public KnownDiscrepancy ToDiscrepancy() => new(
            new Discrepancy(
                Id, (DiscrepancyKind)Kind, (DiscrepancyStatus)Status, SupplierId, AttemptId, UnitId, new Money(Amount), Currency, Detail, Code),
            HasCode == 1, ResolvedAt, ResolvedBy, Note);
    }
}

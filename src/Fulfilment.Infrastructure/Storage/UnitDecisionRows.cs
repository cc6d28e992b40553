using System.Data.Common;
using System.Text;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>unit_decisions</c>.</summary>
internal static class UnitDecisionRows
{
    private const string Columns = """
        id AS Id, order_id AS OrderId, unit_id AS UnitId, attempt_id AS AttemptId, kind AS Kind, status AS Status, proposed_by AS ProposedBy,
        supplier_id AS SupplierId, cost AS Cost, content AS Content, decided_at AS DecidedAt, decided_by AS DecidedBy
        """;

    public static async Task<UnitDecision?> FindAsync(DbConnection connection, ISupplierVault vault, long decisionId) =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM unit_decisions WHERE id = @decisionId", new { decisionId }).ConfigureAwait(false))?.ToDecision(vault);

    public static async Task<IReadOnlyList<UnitDecision>> OfUnitAsync(DbConnection connection, ISupplierVault vault, long unitId)
    {
        var rows = await connection.QueryAsync<Row>($"SELECT {Columns} FROM unit_decisions WHERE unit_id = @unitId ORDER BY id DESC", new { unitId }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToDecision(vault))];
    }

    public static async Task<IReadOnlyList<UnitDecision>> ListPendingAsync(DbConnection connection, SqlDialect dialect, ISupplierVault vault, long before, int limit)
    {
        var rows = await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM unit_decisions WHERE status = 10 AND id < @before ORDER BY id DESC {dialect.Limit("@limit")}", new { before, limit }).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToDecision(vault))];
    }

    public static Task<int> AddAsync(DbConnection connection, ISupplierVault vault, UnitDecision decision) => connection.ExecuteAsync(
        """
        INSERT INTO unit_decisions (id, order_id, unit_id, attempt_id, kind, status, proposed_by, supplier_id, cost, content, decided_at, decided_by)
        VALUES (@Id, @OrderId, @UnitId, @AttemptId, @Kind, @Status, @ProposedBy, @SupplierId, @cost, @content, @DecidedAtMs, @DecidedBy)
        """,
        new
        {
            decision.Id, decision.OrderId, decision.UnitId, decision.AttemptId, decision.Kind, decision.Status, decision.ProposedBy, decision.SupplierId,
            cost = decision.Cost?.TenThousandths, content = Protect(vault, decision), decision.DecidedAtMs, decision.DecidedBy,
        });

    /// <summary>How many rows still waited: one, or somebody else was first.</summary>
    public static Task<int> EndAsync(DbConnection connection, ISupplierVault vault, UnitDecision ended) => connection.ExecuteAsync(
        "UPDATE unit_decisions SET status = @Status, content = @content, decided_at = @DecidedAtMs, decided_by = @DecidedBy WHERE id = @Id AND status = 10",
        new { ended.Status, content = Protect(vault, ended), ended.DecidedAtMs, ended.DecidedBy, ended.Id });

    private static byte[]? Protect(ISupplierVault vault, UnitDecision decision) => decision.Content is not { } content ? null : vault.ProtectAnswer(
        decision.Id, Encoding.UTF8.GetBytes(StorageJson.Write(new Stored(content.Evidence, content.Receipt, content.Code?.Number, content.Code?.Secret, content.ExpiresOn, content.Rejection))));

    private sealed record Stored(string Evidence, string? Receipt, string? Number, string? Secret, DateOnly? ExpiresOn, string? Rejection);

    private sealed record Row(
        long Id, long OrderId, long UnitId, long? AttemptId, long Kind, long Status, string ProposedBy, long? SupplierId, long? Cost, byte[]? Content, long? DecidedAt,
        string? DecidedBy)
    {
        public UnitDecision ToDecision(ISupplierVault vault) => new(
            Id, OrderId, UnitId, AttemptId, (UnitDecisionKind)Kind, (UnitDecisionStatus)Status, ProposedBy, SupplierId, Cost is { } cost ? new Money(cost) : null,
            Content is null ? null : Reveal(vault.RevealAnswer(Id, Content)), DecidedAt, DecidedBy);

        private static DecisionContent Reveal(byte[] json)
        {
            var stored = StorageJson.Read<Stored>(Encoding.UTF8.GetString(json));
            return new DecisionContent
            {
                Evidence = stored.Evidence,
                Receipt = stored.Receipt,
                Code = stored.Secret is null ? null : new CodeText(stored.Number, stored.Secret),
                ExpiresOn = stored.ExpiresOn,
                Rejection = stored.Rejection,
            };
        }
    }
}

using Dapper;
using Fulfilment.Core.Fulfilment;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>stray_callbacks</c>, as people see it.</summary>
public sealed class StrayCallbackStore(IDatabase database) : IStrayCallbackStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<StrayCallback>> ListAsync(long before, int limit, long? supplierId, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(ListSql(database.Dialect, supplierId is not null), new { before, limit, supplierId }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new StrayCallback(row.Id, row.SupplierId, row.Reference, row.Body))];
    }

    // In the order of the table's key also for one supplier: there are few, and the term erases them.
    internal static string ListSql(SqlDialect dialect, bool ofSupplier) => $"""
        SELECT id AS Id, supplier_id AS SupplierId, reference AS Reference, body AS Body FROM stray_callbacks
        WHERE id < @before {(ofSupplier ? "AND supplier_id = @supplierId" : "")}
        ORDER BY id DESC {dialect.Limit("@limit")}
        """;

    private sealed class Row
    {
        public long Id { get; init; }

        public long SupplierId { get; init; }

        public string? Reference { get; init; }

        public byte[] Body { get; init; } = [];
    }
}

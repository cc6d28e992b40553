using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="ISupplierRecord"/>
public sealed class SupplierRecord(IDatabase database) : ISupplierRecord
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<SupplierResults>> ResultsAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<ResultRow>(new CommandDefinition(ResultsSql, new { first = IdGenerator.FirstAt(since) }, cancellationToken: cancellation)),
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new SupplierResults(row.SupplierId, row.Issued, row.Unusable, row.Rejected, row.Unknown))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OldUnknowns>> UnknownsAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<UnknownRow>(new CommandDefinition(UnknownsSql, new { first = IdGenerator.FirstAt(before) }, cancellationToken: cancellation)),
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => new OldUnknowns(row.SupplierId, row.Currency, row.Units, new Money(row.Cost), row.Oldest))];
    }

    /// <summary>Of states 12 unknown, 20 issued, 21 rejected and 23 unusable; a range of the primary key, as ids carry the time.</summary>
    internal const string ResultsSql = """
        SELECT supplier_id AS SupplierId, sum(CASE WHEN state IN (20, 23) THEN 1 ELSE 0 END) AS Issued, sum(CASE state WHEN 23 THEN 1 ELSE 0 END) AS Unusable,
               sum(CASE state WHEN 21 THEN 1 ELSE 0 END) AS Rejected, sum(CASE state WHEN 12 THEN 1 ELSE 0 END) AS Unknown
        FROM attempts
        WHERE id >= @first
        GROUP BY supplier_id
        """;

    /// <summary>The state stands in the text as in the index.</summary>
    internal const string UnknownsSql = """
        SELECT supplier_id AS SupplierId, currency AS Currency, count(*) AS Units, sum(unit_cost) AS Cost, min(id) AS Oldest
        FROM attempts
        WHERE state = 12 AND id < @first
        GROUP BY supplier_id, currency
        """;

    private sealed class ResultRow
    {
        public long SupplierId { get; init; }

        public long Issued { get; init; }

        public long Unusable { get; init; }

        public long Rejected { get; init; }

        public long Unknown { get; init; }
    }

    private sealed class UnknownRow
    {
        public long SupplierId { get; init; }

        public string Currency { get; init; } = "";

        public long Units { get; init; }

        public long Cost { get; init; }

        public long Oldest { get; init; }
    }
}

using Dapper;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IDuplicateCounts"/>
public sealed class DuplicateCounts(IDatabase database) : IDuplicateCounts
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Batch>> FindAsync(DateTimeOffset since, long atLeast, CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<BatchRow>(new CommandDefinition(FindSql, new { first = IdGenerator.FirstAt(since), atLeast }, cancellationToken: cancellation)),
            cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToBatch())];
    }

    internal const string FindSql = $"SELECT {BatchRow.Columns} FROM batches WHERE id >= @first AND duplicate >= @atLeast AND status NOT IN (21, 22)";
}

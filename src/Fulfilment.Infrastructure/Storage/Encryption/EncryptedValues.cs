using Dapper;

namespace Fulfilment.Infrastructure.Storage.Encryption;

/// <summary>Counts stored values by the encryption key they name.</summary>
public sealed class EncryptedValues(IDatabase database)
{
    // A query of its own each: a snapshot over the whole table would keep the log from being reset while orders come in.
    private const int RowsAtOnce = 5_000;

    /// <summary>Every encrypted column that holds values, and how many name which key.</summary>
    public async Task<IReadOnlyList<KeyUse>> CountAsync(CancellationToken cancellation)
    {
        var counts = new Dictionary<(string Column, byte KeyId), long>();
        foreach (var column in EncryptedColumn.All)
        {
            await foreach (var row in RowsAsync(column, 0, 0, RowsAtOnce, cancellation).ConfigureAwait(false))
            {
                if (row.KeyId is { } key)
                {
                    counts[(column.Name, key)] = counts.GetValueOrDefault((column.Name, key)) + 1;
                }
            }
        }

        return [.. counts.Select(count => new KeyUse(count.Key.Column, count.Key.KeyId, count.Value))];
    }

    private async IAsyncEnumerable<EncryptedColumn.Row> RowsAsync(
        EncryptedColumn column, long row, long line, int limit, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var page = await PageAsync(column, row, line, limit, cancellation).ConfigureAwait(false);
            foreach (var read in page)
            {
                yield return read;
            }

            if (page.Count < limit)
            {
                yield break;
            }

            (row, line) = (page[^1].RowId, page[^1].LineId);
        }
    }

    internal async Task<List<EncryptedColumn.Row>> PageAsync(EncryptedColumn column, long row, long line, int limit, CancellationToken cancellation) =>
        (await database.ReadAsync(
            connection => connection.QueryAsync<EncryptedColumn.Row>(new CommandDefinition(column.Page(database.Dialect), new { row, line, limit }, cancellationToken: cancellation)),
            cancellation).ConfigureAwait(false)).AsList();
}

/// <summary>How many values of a column name a key.</summary>
public sealed record KeyUse(string Column, byte KeyId, long Values);

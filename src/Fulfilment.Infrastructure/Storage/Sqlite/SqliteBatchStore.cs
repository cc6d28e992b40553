using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <inheritdoc cref="IBatchStore"/>
public sealed class SqliteBatchStore(SqliteDatabase database) : BatchStore(database), IDisposable
{
    private SqliteSliceWriter? _slices;

    /// <inheritdoc/>
    public override Task<SliceCounts?> AppendAsync(Batch batch, BatchSlice slice, ImportLease lease, Action taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        return database.RunAsync<SliceCounts?>(
            connection =>
            {
                RefuseRetiredKeys(connection, slice);
                var counts = (_slices ??= new SqliteSliceWriter(connection)).Write(batch, slice, lease);
                taken();
                return counts;
            },
            WritePriority.Bulk);
    }

    /// <summary>Lets go of the compiled statements; the database has to be open still.</summary>
    public void Dispose() => _slices?.Dispose();
}

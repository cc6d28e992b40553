using System.Runtime.InteropServices;
using Fulfilment.Core.Checks;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.CardKeys;

/// <summary>Counts card keys by batch and state, and holds that against what was imported and what the counters say (promise 6).</summary>
internal sealed class BatchStockCheck
{
    private readonly Dictionary<long, StockCounts> _counted = [];

    public void Count(CustodyKey key)
    {
        // A state that is none is reported as one that differs from the chain, and here as a card key too few.
        if (!Enum.IsDefined(key.State))
        {
            return;
        }

        ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(_counted, key.Origin.BatchId, out _);
        counts = counts.Add(key.State, 1);
    }

    public void Compare(IReadOnlyList<BatchCounters> batches, Findings<CustodyFault> findings)
    {
        foreach (var batch in batches)
        {
            _counted.Remove(batch.BatchId, out var counted);
            if (counted.Total != batch.Accepted)
            {
                findings.Add(CustodyFault.BatchCountDiffers, Name(batch.BatchId), $"{counted.Total} card keys, {batch.Accepted} were accepted");
            }

            if (counted != batch.Stock)
            {
                findings.Add(CustodyFault.BatchStockDiffers, Name(batch.BatchId), $"card keys: {Text(counted)}; counters: {Text(batch.Stock)}");
            }
        }

        foreach (var (batchId, counted) in _counted)
        {
            findings.Add(CustodyFault.BatchCountDiffers, Name(batchId), $"{counted.Total} card keys of a batch that is not there");
        }
    }

    private static string Name(long id) => $"batch {PublicId.Format(PublicId.Batch, id)}";

    private static string Text(StockCounts counts) =>
        $"{counts.Available} available, {counts.Reserved} reserved, {counts.Frozen} frozen, {counts.Delivered} delivered, {counts.Voided} voided, {counts.Expired} expired";
}

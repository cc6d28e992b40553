using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Shares out, in memory, the keys that a group of claims was shown. Nothing is taken yet: the update that writes the group takes all of them or none.
/// A claim that lacks what cannot wait gets nothing, unless a part will do, and what it gives up is for those behind it.
/// </summary>
internal sealed class SqlServerAllocation(IReadOnlyList<IReadOnlyList<PartClaim>> claims)
{
    private readonly HashSet<long> _fromTable = [];

    /// <summary>What the pool guessed; the same id twice is shown to the first part alone.</summary>
    public HashSet<long> Candidates() => Parts().SelectMany(part => part.Candidates).ToHashSet();

    /// <summary>The keys that parts have by now.</summary>
    public IEnumerable<long> Held() => Parts().SelectMany(part => part.Keys).Select(key => key.Origin.CardKeyId);

    /// <summary>Gives each part those of its candidates that can be sold to it.</summary>
    public void TakeCandidates(IReadOnlyDictionary<long, SqlServerKeyRow> rows)
    {
        var taken = new HashSet<long>();
        foreach (var part in Parts())
        {
            foreach (var id in part.Candidates)
            {
                if (rows.TryGetValue(id, out var row) && SqlServerStock.IsForSale(row) && row.SkuId == part.SkuId && row.ExpiresOn >= part.MinExpiryDay && taken.Add(id))
                {
                    part.Keys.Add(row.ToKey());
                }
                else
                {
                    part.Drift++;
                }
            }

            part.Candidates.Clear();
        }
    }

    /// <summary>What parts still lack, by SKU and day.</summary>
    public IReadOnlyList<StockNeed> Needs() =>
    [
        .. Parts().Where(part => part.Keys.Count < part.Count)
            .GroupBy(part => (part.SkuId, part.MinExpiryDay), part => part.Count - part.Keys.Count)
            .Select(need => new StockNeed(need.Key.SkuId, need.Key.MinExpiryDay, need.Sum())),
    ];

    /// <summary>Gives what the table has, first expired first out, to the parts that lack it, in order.</summary>
    public void TakeFromTable(IReadOnlyList<ClaimedKey> keys)
    {
        _fromTable.UnionWith(keys.Select(key => key.Origin.CardKeyId));
        var free = new FreeKeys(keys);
        foreach (var part in Parts())
        {
            free.Fill(part);
        }
    }

    /// <summary>Ends the sharing: from the first claim that lacks something on, all is shared out anew, one claim after the other.</summary>
    public void Settle(Func<int, bool> allowsPart)
    {
        var first = Enumerable.Range(0, claims.Count).FirstOrDefault(i => !IsFull(claims[i]), claims.Count);
        var behind = claims.Skip(first).ToList();
        var free = new FreeKeys(behind.SelectMany(parts => parts).SelectMany(part => part.Keys));
        behind.ForEach(Empty);
        for (var i = first; i < claims.Count; i++)
        {
            foreach (var part in claims[i])
            {
                free.Fill(part);
            }

            if (claims[i].Any(part => !part.CanWait && part.Keys.Count < part.Count) && !allowsPart(i))
            {
                free.Add(claims[i].SelectMany(part => part.Keys));
                Empty(claims[i]);
            }
        }

        // What nobody could use goes back to the pool as the guess it was.
        foreach (var part in behind.SelectMany(parts => parts).DistinctBy(part => part.SkuId))
        {
            part.Candidates.AddRange(free.TakeAll(part.SkuId));
        }

        foreach (var part in Parts())
        {
            part.FromTable.AddRange(part.Keys.Select(key => key.Origin.CardKeyId).Where(_fromTable.Contains));
        }
    }

    private IEnumerable<PartClaim> Parts() => claims.SelectMany(parts => parts);

    private static bool IsFull(IReadOnlyList<PartClaim> parts) => parts.All(part => part.Keys.Count == part.Count);

    private static void Empty(IReadOnlyList<PartClaim> parts)
    {
        foreach (var part in parts)
        {
            part.Keys.Clear();
        }
    }

    // By SKU, first expired first.
    private sealed class FreeKeys
    {
        private static readonly Comparer<ClaimedKey> FirstExpired = Comparer<ClaimedKey>.Create((one, other) =>
            (one.Origin.ExpiresOn, one.Origin.BatchId, one.Origin.CardKeyId).CompareTo((other.Origin.ExpiresOn, other.Origin.BatchId, other.Origin.CardKeyId)));

        private readonly Dictionary<long, SortedSet<ClaimedKey>> _bySku = [];

        public FreeKeys(IEnumerable<ClaimedKey> keys) => Add(keys);

        public void Add(IEnumerable<ClaimedKey> keys)
        {
            foreach (var key in keys)
            {
                if (!_bySku.TryGetValue(key.Origin.SkuId, out var free))
                {
                    _bySku.Add(key.Origin.SkuId, free = new SortedSet<ClaimedKey>(FirstExpired));
                }

                free.Add(key);
            }
        }

        public void Fill(PartClaim part)
        {
            if (!_bySku.TryGetValue(part.SkuId, out var free))
            {
                return;
            }

            var usable = free.Where(key => key.Origin.ExpiresOn >= part.MinExpiryDay).Take(part.Count - part.Keys.Count).ToList();
            part.Keys.AddRange(usable);
            free.ExceptWith(usable);
        }

        public IEnumerable<long> TakeAll(long skuId) => _bySku.Remove(skuId, out var free) ? free.Select(key => key.Origin.CardKeyId) : [];
    }
}

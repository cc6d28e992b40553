using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Shares out, in memory, the keys that a group of claims was shown. Nothing is taken yet: the update that writes the group takes all of them or none.
/// A claim that cannot be filled gets nothing, unless a part will do, and what it gives up is for those behind it.
/// </summary>
internal sealed class SqlServerAllocation(IReadOnlyList<IReadOnlyList<LineClaim>> claims)
{
    private readonly HashSet<long> _fromTable = [];

    /// <summary>What the pool guessed; the same id twice is shown to the first line alone.</summary>
    public HashSet<long> Candidates() => Lines().SelectMany(line => line.Candidates).ToHashSet();

    /// <summary>The keys that lines have by now.</summary>
    public IEnumerable<long> Held() => Lines().SelectMany(line => line.Keys).Select(key => key.Origin.CardKeyId);

    /// <summary>Gives each line those of its candidates that can be sold to it.</summary>
    public void TakeCandidates(IReadOnlyDictionary<long, SqlServerKeyRow> rows)
    {
        var taken = new HashSet<long>();
        foreach (var line in Lines())
        {
            foreach (var id in line.Candidates)
            {
                if (rows.TryGetValue(id, out var row) && SqlServerStock.IsForSale(row) && row.SkuId == line.SkuId && row.ExpiresOn >= line.MinExpiryDay && taken.Add(id))
                {
                    line.Keys.Add(row.ToKey());
                }
                else
                {
                    line.Drift++;
                }
            }

            line.Candidates.Clear();
        }
    }

    /// <summary>What lines still lack, by SKU and day.</summary>
    public IReadOnlyList<StockNeed> Needs() =>
    [
        .. Lines().Where(line => line.Keys.Count < line.Count)
            .GroupBy(line => (line.SkuId, line.MinExpiryDay), line => line.Count - line.Keys.Count)
            .Select(need => new StockNeed(need.Key.SkuId, need.Key.MinExpiryDay, need.Sum())),
    ];

    /// <summary>Gives what the table has, first expired first out, to the lines that lack it, in order.</summary>
    public void TakeFromTable(IReadOnlyList<ClaimedKey> keys)
    {
        _fromTable.UnionWith(keys.Select(key => key.Origin.CardKeyId));
        var free = new FreeKeys(keys);
        foreach (var line in Lines())
        {
            free.Fill(line);
        }
    }

    /// <summary>Ends the sharing: from the first claim that lacks something on, all is shared out anew, one claim after the other.</summary>
    public void Settle(Func<int, bool> allowsPart)
    {
        var first = Enumerable.Range(0, claims.Count).FirstOrDefault(i => !IsFull(claims[i]), claims.Count);
        var behind = claims.Skip(first).ToList();
        var free = new FreeKeys(behind.SelectMany(lines => lines).SelectMany(line => line.Keys));
        behind.ForEach(Empty);
        for (var i = first; i < claims.Count; i++)
        {
            foreach (var line in claims[i])
            {
                free.Fill(line);
            }

            if (!IsFull(claims[i]) && !allowsPart(i))
            {
                free.Add(claims[i].SelectMany(line => line.Keys));
                Empty(claims[i]);
            }
        }

        // What nobody could use goes back to the pool as the guess it was.
        foreach (var line in behind.SelectMany(lines => lines).DistinctBy(line => line.SkuId))
        {
            line.Candidates.AddRange(free.TakeAll(line.SkuId));
        }

        foreach (var line in Lines())
        {
            line.FromTable.AddRange(line.Keys.Select(key => key.Origin.CardKeyId).Where(_fromTable.Contains));
        }
    }

    private IEnumerable<LineClaim> Lines() => claims.SelectMany(lines => lines);

    private static bool IsFull(IReadOnlyList<LineClaim> lines) => lines.All(line => line.Keys.Count == line.Count);

    private static void Empty(IReadOnlyList<LineClaim> lines)
    {
        foreach (var line in lines)
        {
            line.Keys.Clear();
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

        public void Fill(LineClaim line)
        {
            if (!_bySku.TryGetValue(line.SkuId, out var free))
            {
                return;
            }

            var usable = free.Where(key => key.Origin.ExpiresOn >= line.MinExpiryDay).Take(line.Count - line.Keys.Count).ToList();
            line.Keys.AddRange(usable);
            free.ExceptWith(usable);
        }

        public IEnumerable<long> TakeAll(long skuId) => _bySku.Remove(skuId, out var free) ? free.Select(key => key.Origin.CardKeyId) : [];
    }
}

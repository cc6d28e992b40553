using System.Buffers.Text;
using Fulfilment.Core.CardKeys;
using StackExchange.Redis;

namespace Fulfilment.Infrastructure.Pool.Redis;

/// <summary>The needs of a group as Redis is asked for them: neighbours that want the same are one.</summary>
internal static class MergedNeeds
{
    /// <summary>What is still wanted, in the order of the needs.</summary>
    public static List<KeyNeed> Of(IReadOnlyList<KeyNeed> needs)
    {
        var merged = new List<KeyNeed>();
        foreach (var need in needs)
        {
            var wanted = need.Count - need.Candidates.Count;
            if (wanted > 0 && merged.Count > 0 && merged[^1].SkuId == need.SkuId && merged[^1].MinExpiryDay == need.MinExpiryDay)
            {
                merged[^1] = new KeyNeed(need.SkuId, need.MinExpiryDay, merged[^1].Count + wanted);
            }
            else if (wanted > 0)
            {
                merged.Add(new KeyNeed(need.SkuId, need.MinExpiryDay, wanted));
            }
        }

        return merged;
    }

    /// <summary>Puts the ids of a take's reply to the merged needs; whether there were any.</summary>
    public static bool Read(RedisResult reply, IReadOnlyList<KeyNeed> merged)
    {
        var parts = (RedisResult[])reply!;
        var any = false;
        for (var i = 0; i < merged.Count; i++)
        {
            ReadOnlySpan<byte> ids = (byte[])parts[(2 * i) + 1]!;
            any |= !ids.IsEmpty;
            while (Utf8Parser.TryParse(ids, out long id, out var length))
            {
                merged[i].Candidates.Add(id);
                ids = length < ids.Length ? ids[(length + 1)..] : default;
            }
        }

        return any;
    }

    /// <summary>Gives each merged need's ids to the needs it stands for, in the order <see cref="Of"/> came by them.</summary>
    public static void Distribute(List<KeyNeed> merged, IReadOnlyList<KeyNeed> needs, string ticket)
    {
        var (from, next, covered) = (0, 0, 0);
        foreach (var need in needs)
        {
            var wanted = need.Count - need.Candidates.Count;
            if (wanted <= 0)
            {
                continue;
            }

            if (covered == merged[from].Count)
            {
                (from, next, covered) = (from + 1, 0, 0);
            }

            covered += wanted;
            var count = Math.Min(wanted, merged[from].Candidates.Count - next);
            need.Candidates.AddRange(merged[from].Candidates.GetRange(next, count));
            need.Ticket = ticket;
            next += count;
        }
    }
}

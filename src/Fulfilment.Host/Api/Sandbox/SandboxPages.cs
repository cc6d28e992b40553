using Fulfilment.Core.Sandbox;
using Fulfilment.Host.Api.Lists;

namespace Fulfilment.Host.Api.Sandbox;

/// <summary>
/// Lists of what follows from sandbox orders and is in no index: they go through the orders, newest first, and after so many answer with a cursor, be
/// the page full or not.
/// </summary>
internal static class SandboxPages
{
    private const int MostLookedAt = 2_000;

    /// <summary>A page.</summary>
    /// <param name="page">Which.</param>
    /// <param name="read">Orders below an id, newest first, at most so many.</param>
    /// <param name="items">What an order brings, with ids that fall.</param>
    public static async Task<ListAnswer<T>> ReadAsync<T>(
        ListQuery page, Func<long, int, Task<IReadOnlyList<SandboxOrder>>> read, Func<SandboxOrder, IEnumerable<(long Id, T Item)>> items)
    {
        var found = new List<T>();
        var (last, within) = (page.Before, page.Within);

        // What is left of the order that the last page ended in comes first.
        var before = within > 0 ? last + 1 : last;
        for (var lookedAt = 0; lookedAt < MostLookedAt;)
        {
            var piece = await read(before, ListQuery.LargestLimit);
            foreach (var order in piece)
            {
                foreach (var (id, item) in items(order))
                {
                    if (order.Id == last && id >= within)
                    {
                        continue;
                    }

                    if (found.Count == page.Limit)
                    {
                        return new(found, within > 0 ? Cursor.Format(last, within) : Cursor.Format(last));
                    }

                    (last, within) = (order.Id, id);
                    found.Add(item);
                }

                before = order.Id;
            }

            lookedAt += piece.Count;
            if (piece.Count < ListQuery.LargestLimit)
            {
                return new(found, null);
            }
        }

        return new(found, Cursor.Format(before));
    }
}

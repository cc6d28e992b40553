namespace Fulfilment.Host.Api.Lists;

/// <summary>The envelope of every list: <c>{"data":[…],"nextCursor":"…"|null}</c>.</summary>
internal sealed record ListAnswer<T>(IReadOnlyList<T> Data, string? NextCursor)
{
    /// <summary>Makes a page of records that were read one more than asked for: the one too many tells that the list goes on.</summary>
    public static ListAnswer<T> Of<TRecord>(IReadOnlyList<TRecord> oneMore, ListQuery query, Func<TRecord, long> id, Func<TRecord, T> show)
    {
        var goesOn = oneMore.Count > query.Limit;
        var page = oneMore.Take(query.Limit).ToList();
        return Of(page, goesOn, id, show);
    }

    /// <summary>Makes a page of what its reader found to be one.</summary>
    public static ListAnswer<T> Of<TRecord>(IReadOnlyList<TRecord> page, bool goesOn, Func<TRecord, long> id, Func<TRecord, T> show) =>
        new([.. page.Select(show)], goesOn ? Cursor.Format(id(page[^1])) : null);
}

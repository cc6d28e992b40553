using System.Globalization;
using System.Reflection;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Microsoft.AspNetCore.Http.Metadata;

namespace Fulfilment.Host.Api.Lists;

/// <summary>An endpoint parameter: <c>limit</c> and <c>cursor</c> of a list, or why they cannot be used. Lists are newest first.</summary>
/// <param name="Limit">1 to 200.</param>
/// <param name="Before">Only records with an id below this; <see cref="long.MaxValue"/>: from the newest on.</param>
/// <param name="Refusal">Null when both could be read.</param>
internal sealed record ListQuery(int Limit, long Before, Refusal? Refusal) : IEndpointParameterMetadataProvider
{
    /// <summary>In a list whose records lie within others: of those within <see cref="Before"/>, only the ones with an id below this.</summary>
    public long Within { get; init; }

    public const int DefaultLimit = 50, LargestLimit = 200;

    public static ValueTask<ListQuery?> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var limit = DefaultLimit;
        if (query.TryGetValue("limit", out var limits)
            && (!int.TryParse(limits, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > LargestLimit))
        {
            return Refuse("limit", $"A number from 1 to {LargestLimit}.");
        }

        var (before, within) = (long.MaxValue, 0L);
        if (query.TryGetValue("cursor", out var cursors) && !Cursor.TryParse(cursors.ToString(), out before, out within))
        {
            return Refuse("cursor", "Not a cursor that a list has answered with.");
        }

        return new(new ListQuery(limit, before, null) { Within = within });
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new ListQueryMetadata());

    private static ValueTask<ListQuery?> Refuse(string param, string detail) =>
        new(new ListQuery(0, 0, new Refusal(RefusalCode.InvalidRequest, param, detail)));
}

/// <summary>Tells the OpenAPI document that an endpoint is a list.</summary>
internal sealed record ListQueryMetadata;

/// <summary>Where a list goes on: the last id it showed, in a form that callers only hand back.</summary>
internal static class Cursor
{
    private const string Prefix = "c1_";
    private const string PrefixOfTwo = "c2_";

    public static string Format(long lastId) => PublicId.Format(Prefix, lastId);

    /// <summary>Of a record within another: the outer id first.</summary>
    public static string Format(long lastId, long within) => PublicId.Format(PrefixOfTwo, lastId) + PublicId.Format("", within);

    public static bool TryParse(ReadOnlySpan<char> text, out long lastId, out long within)
    {
        within = 0;
        if (!text.StartsWith(PrefixOfTwo, StringComparison.Ordinal))
        {
            return PublicId.TryParse(Prefix, text, out lastId);
        }

        var half = PrefixOfTwo.Length + ((text.Length - PrefixOfTwo.Length) / 2);
        return PublicId.TryParse(PrefixOfTwo, text[..half], out lastId) & PublicId.TryParse("", text[half..], out within);
    }
}

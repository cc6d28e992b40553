using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>How our pages write things.</summary>
internal static class Words
{
    public static readonly IReadOnlyList<UnknownAge> Ages = Enum.GetValues<UnknownAge>();

    public static string Of(UnknownAge age) => age switch
    {
        UnknownAge.Hour => "under an hour",
        UnknownAge.Day => "under a day",
        UnknownAge.Week => "under a week",
        UnknownAge.Older => "a week or more",
    };

    /// <summary>As the API writes it: <c>partiallyFulfilled</c>.</summary>
    public static string Of(Enum name) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name.ToString());

    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Of(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);

    public static string OfMs(long? milliseconds) => milliseconds is { } at ? Of(DateTimeOffset.FromUnixTimeMilliseconds(at)) : "";

    public static string Of(Money money, string currency) => $"{money} {currency}";

    /// <summary>An order, with the way to its page.</summary>
    public static Cell Order(long orderId)
    {
        var id = PublicId.Format(PublicId.Order, orderId);
        return new Cell(id, $"/orders/{id}");
    }
}

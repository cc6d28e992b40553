using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Answers;

/// <summary>Comes from a message to an outcome. Whatever is missing, of another type or not listed is unknown, never rejected and never issued.</summary>
internal sealed class OrderReading(OrderAnswer answer, CardCipher? cipher, TimeZoneInfo zone)
{
    private const int LongestReceipt = 128;

    private readonly CardReading? _cards = answer.Cards is null ? null : new CardReading(answer.Cards, cipher, zone);

    /// <summary>What became of the order; null: the supplier has no such order.</summary>
    /// <param name="message">The answer or callback.</param>
    /// <param name="reference">Whose message it should be; null: it says so itself.</param>
    public SupplierOutcome? Read(JsonElement message, string? reference)
    {
        var (means, reason, fromStatus) = Meaning(message);
        if (means == Model.Meaning.Unknown)
        {
            return new SupplierOutcome.Unknown(reason);
        }

        if (reference is not null && answer.Reference is not null && !IsAbout(message, reference, required: fromStatus || means == Model.Meaning.Issued))
        {
            return new SupplierOutcome.Unknown("other_reference");
        }

        return means switch
        {
            Model.Meaning.Issued => Issued(message),
            Model.Meaning.Rejected or Model.Meaning.NotNow => new SupplierOutcome.Rejected(reason, means == Model.Meaning.NotNow),
            Model.Meaning.Processing => new SupplierOutcome.Processing(Receipt(message)),
            Model.Meaning.NotFound => null,
            Model.Meaning.Unknown or Model.Meaning.SeeStatus or Model.Meaning.Ok => new SupplierOutcome.Unknown(reason),
        };
    }

    /// <summary>What the value at a place means; null when it is missing, of another kind, or not listed.</summary>
    public static Meaning? Find(ValueMap map, JsonElement message) => Entry(map, message, out _)?.Means;

    private (Meaning Means, string Reason, bool FromStatus) Meaning(JsonElement message)
    {
        if (answer.Code is { } code)
        {
            if (Entry(code, message, out var value) is not { } entry)
            {
                return (Model.Meaning.Unknown, Unlisted("code", value), false);
            }

            if (entry.Means != Model.Meaning.SeeStatus)
            {
                return (entry.Means, Listed("code", entry), false);
            }
        }

        string? state = null;
        return answer.Status is { } status && Entry(status, message, out state) is { } found
            ? (found.Means, Listed("status", found), true)
            : (Model.Meaning.Unknown, Unlisted("status", state), true);
    }

    private static MeaningOfValue? Entry(ValueMap map, JsonElement message, out string? json)
    {
        var text = json = map.Path.TryFind(message, out var found) ? JsonOf(found) : null;
        return text is null ? null : map.Values.FirstOrDefault(value => value.Json == text);
    }

    // Exactly as the definition writes it: 0 is not "0", nor 0.0, nor false.
    private static string? JsonOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StrictJson.Text(value) is { } text ? JsonSerializer.Serialize(text) : null,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    /// <summary>The reasons of rejections that have nothing to do with the order.</summary>
    public static IEnumerable<string> FaultReasons(OrderAnswer answer) =>
        new[] { ("code", answer.Code), ("status", answer.Status) }.SelectMany(map => (map.Item2?.Values ?? []).Where(value => value.AffectsAll).Select(value => Listed(map.Item1, value)));

    private static string Listed(string kind, MeaningOfValue value) => $"{kind}_{(value.Json.StartsWith('"') ? JsonSerializer.Deserialize<string>(value.Json) : value.Json)}";

    // It is stored and logged, so nothing may be in it that could be a recipient or a code: the path may point at the wrong field.
    private static string Unlisted(string kind, string? json)
    {
        const int LongestWord = 40, LongestNumber = 6;
        if (json is null)
        {
            return $"{kind}_missing";
        }

        var text = json.Trim('"');
        var isHarmless = text.Length is > 0 and <= LongestWord && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            && (text.Length <= LongestNumber || !text.Any(char.IsAsciiDigit));
        return isHarmless ? $"{kind}_{text}" : $"{kind}_not_listed";
    }

    private bool IsAbout(JsonElement message, string reference, bool required) =>
        answer.Reference!.FindTextOrNumber(message) is { } found ? found == reference : !required;

    private SupplierOutcome Issued(JsonElement message)
    {
        var codes = _cards is null ? [] : _cards.Read(message);
        return codes is null ? new SupplierOutcome.Unknown("code_unreadable") : new SupplierOutcome.Issued(codes, Receipt(message), Cost(message));
    }

    private string? Receipt(JsonElement message)
    {
        var text = answer.Receipt?.FindTextOrNumber(message);
        return text is { Length: > 0 and <= LongestReceipt } && text.All(c => c is > ' ' and <= '~') ? text : null;
    }

    private Money? Cost(JsonElement message) =>
        answer.Cost is { } cost && cost.Path.FindTextOrNumber(message) is { } text && MoneyFormat.Read(text, cost.Unit) is { TenThousandths: >= 0 } money ? money : null;
}

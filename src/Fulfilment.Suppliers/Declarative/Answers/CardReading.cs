using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Answers;

/// <summary>Takes codes out of an answer: all of them, or none.</summary>
internal sealed class CardReading(CardsDefinition cards, CardCipher? cipher, TimeZoneInfo zone)
{
    private const string AnySentence = "Sorry, this item (库存) is out of stock; 请稍后再试!";

    // Words are codes where the file says so; a pattern that a message fits says nothing.
    private readonly bool _knowsForm = cards.Pattern is { } pattern && MessageThatFits(pattern) is null;

    /// <summary>A message that a pattern takes for a code; null: none of the usual ones.</summary>
    public static string? MessageThatFits(string pattern) =>
        new[] { "out of stock", "库存不足", "OUT_OF_STOCK", AnySentence }.FirstOrDefault(message => WholePattern.IsMatch(pattern, message));

    /// <summary>The codes; none when there is no list yet; null when there is something that cannot be read as codes.</summary>
    public IReadOnlyList<IssuedCode>? Read(JsonElement answer)
    {
        if (!cards.List.TryFind(answer, out var list) || list.ValueKind == JsonValueKind.Null || (list.ValueKind == JsonValueKind.String && list.ValueEquals("")))
        {
            return [];
        }

        if (IsEncrypted(EncryptedPart.List))
        {
            if (list.ValueKind != JsonValueKind.String || StrictJson.Text(list) is not { } text || cipher!.Decrypt(text) is not { } plain || StrictJson.Parse(plain) is not { } decrypted)
            {
                return null;
            }

            list = decrypted;
        }

        var codes = new List<IssuedCode>();
        foreach (var entry in list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : new[] { list })
        {
            if (ReadOne(entry) is not { } code)
            {
                return null;
            }

            codes.Add(code);
        }

        return codes;
    }

    private IssuedCode? ReadOne(JsonElement entry)
    {
        if (ReadPart(entry, cards.Secret, EncryptedPart.Secret) is not { } secret || (cards.Pattern is not null && !WholePattern.IsMatch(cards.Pattern, secret)))
        {
            return null;
        }

        string? number = null;
        if (cards.Number is { } path && path.TryFind(entry, out var found) && found.ValueKind != JsonValueKind.Null && !(found.ValueKind == JsonValueKind.String && found.ValueEquals("")))
        {
            number = ReadPart(entry, path, EncryptedPart.Number);
            if (number is null)
            {
                return null;
            }
        }

        var code = new CodeText(number, secret);
        return code.Problem == CodeTextProblem.None ? new IssuedCode(code, ReadExpiry(entry), _knowsForm) : null;
    }

    // A number of a card is written as a number by some; a secret that begins with zeros would have lost them, so it has to be a text.
    private string? ReadPart(JsonElement entry, JsonPath path, EncryptedPart part)
    {
        var text = part == EncryptedPart.Number ? path.FindTextOrNumber(entry) : path.FindText(entry);
        return text is not null && IsEncrypted(part) ? cipher!.Decrypt(text)?.Trim() : text?.Trim();
    }

    private DateOnly? ReadExpiry(JsonElement entry) =>
        cards.ExpiresOn is { } expires && expires.Path.FindTextOrNumber(entry) is { } text ? TimeFormat.ReadDay(text, expires.Format, zone) : null;

    private bool IsEncrypted(EncryptedPart part) => cards.Decrypt?.Parts.Contains(part) == true;
}

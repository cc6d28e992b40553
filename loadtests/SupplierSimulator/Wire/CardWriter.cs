using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace SupplierSimulator.Wire;

/// <summary>Writes codes where a definition reads them, encrypted where it decrypts them.</summary>
internal sealed class CardWriter(SupplierDefinition definition, IReadOnlyDictionary<string, string> secrets)
{
    /// <summary>Adds the codes to an answer.</summary>
    public JsonNode Put(JsonNode json, OrderAnswer answer, CardsDefinition cards, IReadOnlyList<SoldCode> codes)
    {
        if (IsFlat(answer, cards))
        {
            foreach (var (path, value) in Fields(cards, codes[0]))
            {
                json = JsonTree.Put(json, JsonPath.Parse(cards.List.Text.Length == 0 ? path : $"{cards.List.Text}.{path}")!, value);
            }

            return json;
        }

        var list = new JsonArray([.. codes.Select(code => Fields(cards, code).Aggregate((JsonNode)new JsonObject(), (entry, field) =>
            JsonTree.Put(entry, JsonPath.Parse(field.Path)!, field.Value)))]);
        var isOneText = cards.Decrypt?.Parts.Contains(EncryptedPart.List) == true;
        return JsonTree.Put(json, cards.List, isOneText ? Encrypt(cards.Decrypt!, JsonTree.Finish(list)!.ToJsonString(ReceivedRequest.Compact)) : list);
    }

    // The only code stands among the other fields of the answer: a list there would push them out.
    private static bool IsFlat(OrderAnswer answer, CardsDefinition cards)
    {
        string?[] others = [answer.Code?.Path.Text, answer.Status?.Path.Text, answer.Message?.Text, answer.Reference?.Text, answer.Receipt?.Text, answer.Cost?.Path.Text];
        return cards.List.Text.Length == 0 || others.Any(other => other?.StartsWith(cards.List.Text + ".", StringComparison.Ordinal) == true);
    }

    private IEnumerable<(string Path, JsonNode Value)> Fields(CardsDefinition cards, SoldCode code)
    {
        if (cards.Number is { } number)
        {
            yield return (number.Text, Part(cards, EncryptedPart.Number, code.Number));
        }

        yield return (cards.Secret.Text, Part(cards, EncryptedPart.Secret, code.Secret));
        if (cards.ExpiresOn is { } expires)
        {
            var endOfDay = new DateTimeOffset(code.ExpiresOn.ToDateTime(new TimeOnly(23, 59, 59)), definition.TimeZone.BaseUtcOffset);
            yield return (expires.Path.Text, TimeFormat.Write(endOfDay, expires.Format, definition.TimeZone));
        }
    }

    private JsonNode Part(CardsDefinition cards, EncryptedPart part, string text) =>
        JsonValue.Create(cards.Decrypt is { } decrypt && decrypt.Parts.Contains(part) ? Encrypt(decrypt, text) : text);

    private string Encrypt(DecryptDefinition decrypt, string text)
    {
        var values = new SecretValues(secrets);
        using var aes = Aes.Create();
        aes.Key = Bytes(decrypt.Key.Fill(values)!, decrypt.KeyWriting);
        var plain = Encoding.UTF8.GetBytes(text);
        var iv = decrypt.Iv is { } fixedIv ? Bytes(fixedIv.Fill(values)!, decrypt.KeyWriting) : RandomNumberGenerator.GetBytes(16);
        byte[] cipher = !decrypt.Cbc ? aes.EncryptEcb(plain, PaddingMode.PKCS7)
            : decrypt.Iv is null ? [.. iv, .. aes.EncryptCbc(plain, iv)] : aes.EncryptCbc(plain, iv);
        return decrypt.Writing == BytesWriting.Hex ? Convert.ToHexStringLower(cipher) : Convert.ToBase64String(cipher);
    }

    private static byte[] Bytes(string text, BytesWriting writing) => writing switch
    {
        BytesWriting.Text => Encoding.UTF8.GetBytes(text),
        BytesWriting.Hex => Convert.FromHexString(text),
        BytesWriting.Base64 => Convert.FromBase64String(text),
    };
}

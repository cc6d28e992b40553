using System.Security.Cryptography;
using System.Text;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>What of a message can be signed; without the signature itself.</summary>
/// <param name="Fields">In any order.</param>
/// <param name="Headers">By name, without regard to case.</param>
/// <param name="Body">As text.</param>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">Of the address.</param>
public sealed record SignedContent(IReadOnlyList<KeyValuePair<string, string>> Fields, IReadOnlyDictionary<string, string> Headers, string Body, string Method, string Path);

/// <summary>Computes and compares signatures.</summary>
public static class Signer
{
    /// <summary>The signature of such content.</summary>
    /// <param name="signature">How.</param>
    /// <param name="content">Of what.</param>
    /// <param name="values">Secrets, and what else the signature's text names.</param>
    public static string Sign(SignatureDefinition signature, SignedContent content, ITemplateValues values)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var filled = new ContentValues(signature.Pairs, content, values);
        var text = Encoding.UTF8.GetBytes(signature.Text.Fill(filled) ?? "");
        var bytes = Compute(signature, text, values);
        return signature.Writing switch
        {
            SignatureWriting.LowerHex => Convert.ToHexStringLower(bytes),
            SignatureWriting.UpperHex => Convert.ToHexString(bytes),
            SignatureWriting.Base64 => Convert.ToBase64String(bytes),
        };
    }

    /// <summary>Whether the two are the same, in a time that does not tell how much of them is. Hexadecimal may have either case.</summary>
    public static bool AreSame(SignatureWriting writing, string expected, string received)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(received);
        var isHex = writing != SignatureWriting.Base64;
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(isHex ? expected.ToLowerInvariant() : expected),
            Encoding.UTF8.GetBytes(isHex ? received.ToLowerInvariant() : received));
    }

#pragma warning disable CA5350, CA5351 // MD5 and SHA-1 are what suppliers speak; nothing of ours rests on them.
    private static byte[] Compute(SignatureDefinition signature, byte[] text, ITemplateValues values) => signature.Algorithm switch
    {
        SignatureAlgorithm.Md5 => MD5.HashData(text),
        SignatureAlgorithm.Sha1 => SHA1.HashData(text),
        SignatureAlgorithm.Sha256 => SHA256.HashData(text),
        SignatureAlgorithm.HmacSha256 => HMACSHA256.HashData(Encoding.UTF8.GetBytes(signature.Key?.Fill(values) ?? ""), text),
    };
#pragma warning restore CA5350, CA5351

    private sealed class ContentValues(PairsDefinition pairs, SignedContent content, ITemplateValues others) : ITemplateValues
    {
        public string? Find(Placeholder placeholder) => placeholder.Kind switch
        {
            PlaceholderKind.Pairs => Pairs(),
            PlaceholderKind.Body => content.Body,
            PlaceholderKind.SortedCharacters => Sorted(content.Body),
            PlaceholderKind.Field => content.Fields.FirstOrDefault(field => field.Key == placeholder.Argument).Value,
            PlaceholderKind.Header => content.Headers.GetValueOrDefault(placeholder.Argument!),
            PlaceholderKind.Method => content.Method,
            PlaceholderKind.Path => content.Path,
            _ => others.Find(placeholder),
        };

        private string Pairs() => string.Join(pairs.Between, content.Fields
            .Where(field => (pairs.KeepEmpty || field.Value.Length > 0) && !pairs.LeaveOut.Contains(field.Key))
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => field.Key + pairs.Assign + (pairs.UrlEncoded ? Uri.EscapeDataString(field.Value) : field.Value)));

        private static string Sorted(string text)
        {
            var characters = text.ToCharArray();
            Array.Sort(characters);
            return new string(characters);
        }
    }
}

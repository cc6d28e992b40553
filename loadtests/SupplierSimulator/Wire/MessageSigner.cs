using System.Globalization;
using System.Text.Json.Nodes;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace SupplierSimulator.Wire;

/// <summary>Signs what the supplier sends, an answer or a callback, where and as its definition says.</summary>
internal static class MessageSigner
{
    /// <summary>Adds the signature to the fields, or gives it as a header.</summary>
    /// <param name="signed">Where and how.</param>
    /// <param name="fields">Of the message, without a signature.</param>
    /// <param name="body">As it would be sent without one; empty where the fields are no body.</param>
    /// <param name="method">Of HTTP, of a callback.</param>
    /// <param name="secrets">To sign with.</param>
    /// <param name="now">What further headers that are signed hold: the time.</param>
    public static Dictionary<string, string> Sign(SignedAnswer signed, JsonObject fields, string body, string method, IReadOnlyDictionary<string, string> secrets, DateTimeOffset now)
    {
        var texts = fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, JsonTree.TextOf(field.Value!))).ToList();
        var headers = signed.Signature.Text.Places.Where(place => place.Kind == PlaceholderKind.Header).DistinctBy(place => place.Argument)
            .ToDictionary(place => place.Argument!, _ => now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), StringComparer.OrdinalIgnoreCase);
        var sign = Signer.Sign(signed.Signature, new SignedContent(texts, headers, body, method, ""), new SecretValues(secrets));
        if (signed.Sign.InHeader)
        {
            headers[signed.Sign.Name] = sign;
        }
        else
        {
            fields[signed.Sign.Name] = sign;
        }

        return headers;
    }
}

/// <summary>Templates that hold nothing but secrets.</summary>
internal sealed class SecretValues(IReadOnlyDictionary<string, string> secrets) : ITemplateValues
{
    public string? Find(Placeholder placeholder) => placeholder.Kind == PlaceholderKind.Secret ? secrets.GetValueOrDefault(placeholder.Argument!) : null;
}

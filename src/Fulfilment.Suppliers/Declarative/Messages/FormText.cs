using System.Text;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>Reads <c>a=1&amp;b=2</c> strictly: a name twice, or an escape that is none, makes it unreadable.</summary>
public static class FormText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The fields in their order; null when they are not readable.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (Decode(equals < 0 ? pair : pair[..equals]) is not { } name
                || Decode(equals < 0 ? "" : pair[(equals + 1)..]) is not { } value
                || fields.Exists(field => field.Key == name))
            {
                return null;
            }

            fields.Add(KeyValuePair.Create(name, value));
        }

        return fields;
    }

    /// <summary>The text without the pairs of this name; everything else as it stands.</summary>
    public static string Without(string text, string name) => string.Join('&', text.Split('&').Where(pair => Decode(pair.Split('=')[0]) != name));

    private static string? Decode(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '+':
                    bytes.Add((byte)' ');
                    break;
                case '%' when i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]):
                    bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                    i += 2;
                    break;
                case '%':
                    return null;
                default:
                    var letter = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? text.Substring(i++, 2) : text[i].ToString();
                    bytes.AddRange(Encoding.UTF8.GetBytes(letter));
                    break;
            }
        }

        try
        {
            return Utf8.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

using System.Text;
using System.Text.Json;

namespace Fulfilment.Suppliers.Declarative.Answers;

/// <summary>Reads JSON in which nothing can be understood in two ways: a name twice in an object, a broken text or a comma too many make it unreadable.</summary>
public static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The value; null when it is not readable.</summary>
    public static JsonElement? Parse(ReadOnlySpan<byte> utf8)
    {
        var text = utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;
        try
        {
            // Decoded first: the parser checks only the texts that it has to look into.
            return Parse(Utf8.GetString(text));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The value; null when it is not readable.</summary>
    public static JsonElement? Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text, Options);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A text's content; null when it holds half a character.</summary>
    public static string? Text(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fulfilment.Core.Suppliers;

/// <summary>
/// A supplier's settings as JSON. The texts in its object <c>secrets</c> are its secrets, and nothing else is. Texts that are whole addresses of HTTP are where
/// adapters send, and texts with <c>{{secret…}}</c> in them are where secrets are put.
/// </summary>
internal static class SettingsText
{
    /// <summary>What is shown in place of a secret; given back, it means the secret that is there.</summary>
    public const string Mask = "********";

    public const string Secrets = "secrets";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Null when it is no object, or one with a name twice.</summary>
    public static JsonObject? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is given, with the secrets of <paramref name="before"/> that it leaves out or shows masked; one given as null ends.</summary>
    public static string Merge(JsonObject given, string? before)
    {
        if (given[Secrets] is null or JsonObject)
        {
            var secrets = before is null ? [] : SecretsOf(Parse(before));
            foreach (var (name, value) in given[Secrets] as JsonObject ?? [])
            {
                if (value is null)
                {
                    secrets.Remove(name);
                }
                else if (!IsMask(value))
                {
                    secrets[name] = value.DeepClone();
                }
            }

            given[Secrets] = secrets;
        }

        return given.ToJsonString(Readable);
    }

    /// <summary>The names of the stored secrets that <paramref name="given"/> neither gives nor ends.</summary>
    public static IReadOnlyList<string> Carried(JsonObject given, string before)
    {
        var secrets = given[Secrets] as JsonObject ?? [];
        return [.. SecretsOf(Parse(before)).Select(secret => secret.Key).Where(name => !secrets.TryGetPropertyValue(name, out var value) || (value is not null && IsMask(value)))];
    }

    /// <summary>
    /// A place at which the settings decide where secrets go, and say something else than <paramref name="before"/>: an address, or a text into which a secret is put.
    /// Null: they go where they went.
    /// </summary>
    public static string? Diverted(JsonObject given, string before)
    {
        var old = TextsOf(Parse(before)!).ToList();
        var now = TextsOf(given).ToList();
        var (addresses, were) = (Addresses(now), Addresses(old));

        // An address that is left out counts too: another one stands in for it then.
        return addresses.Except(were).Concat(were.Except(addresses)).Concat(now.Where(IsFilled).Except(old)).Select(text => text.Place).FirstOrDefault();
    }

    /// <summary>The settings with every secret masked.</summary>
    public static string Masked(string json)
    {
        var settings = Parse(json)!;
        var masked = new JsonObject();
        foreach (var (name, _) in SecretsOf(settings))
        {
            masked[name] = Mask;
        }

        settings[Secrets] = masked;
        return settings.ToJsonString(Readable);
    }

    /// <summary>The names of secrets that are not what they were.</summary>
    public static IReadOnlyList<string> ChangedSecrets(string? before, string? after)
    {
        var (old, now) = (SecretsOf(before is null ? null : Parse(before)), SecretsOf(after is null ? null : Parse(after)));
        return [.. old.Select(secret => secret.Key).Union(now.Select(secret => secret.Key)).Where(name => !JsonNode.DeepEquals(old[name], now[name])).Order(StringComparer.Ordinal)];
    }

    private static bool IsMask(JsonNode value) => value.GetValueKind() is JsonValueKind.String && value.GetValue<string>() == Mask;

    private static JsonObject SecretsOf(JsonObject? settings) => settings?[Secrets]?.DeepClone() as JsonObject ?? [];

    private static List<(string Place, string Text)> Addresses(IEnumerable<(string Place, string Text)> texts) =>
        [.. texts.Select(text => (text.Place, AddressOf(text.Text))).Where(text => text.Item2 is not null).Select(text => (text.Place, text.Item2!))];

    // As adapters read them, so that none of theirs is overlooked; a slash at the end makes no other address.
    private static string? AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri.AbsoluteUri.TrimEnd('/') : null;

    private static bool IsFilled((string Place, string Text) text) =>
        text.Text.Contains("{{", StringComparison.Ordinal) && text.Text.Contains("secret", StringComparison.Ordinal);

    // Every text but the secrets themselves.
    private static IEnumerable<(string Place, string Text)> TextsOf(JsonObject settings) => settings
        .Where(field => field.Key != Secrets && field.Value is not null)
        .SelectMany(field => TextsOf(field.Value!));

    private static IEnumerable<(string Place, string Text)> TextsOf(JsonNode node) => node switch
    {
        JsonObject fields => fields.Where(field => field.Value is not null).SelectMany(field => TextsOf(field.Value!)),
        JsonArray items => items.Where(item => item is not null).SelectMany(item => TextsOf(item!)),
        _ when node.GetValueKind() is JsonValueKind.String => [(node.GetPath().TrimStart('$', '.'), node.GetValue<string>())],
        _ => [],
    };
}

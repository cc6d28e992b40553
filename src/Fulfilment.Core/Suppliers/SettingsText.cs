using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fulfilment.Core.Suppliers;

/// <summary>A supplier's settings as JSON. The texts in its object <c>secrets</c> are its secrets, and nothing else is.</summary>
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
}

using System.Text.Json;
using Fulfilment.Suppliers.Declarative.Answers;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Declarative.Reading;

namespace Fulfilment.Suppliers.Declarative;

/// <summary>A definition together with what an installation keeps to itself: addresses and secrets. Prints nothing of it.</summary>
internal sealed class DeclarativeSettings
{
    private readonly List<string> _mistakes = [];
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);

    /// <param name="settings">The object of the admin API.</param>
    public DeclarativeSettings(JsonElement settings)
    {
        foreach (var field in settings.EnumerateObject().Where(field => field.Name is not ("definition" or "baseUrl" or "callbackUrl" or "secrets")))
        {
            _mistakes.Add($"There is no setting \"{field.Name}\".{NearMiss.Suggest(field.Name, ["definition", "baseUrl", "callbackUrl", "secrets"])} Take it out, or correct the name.");
        }

        if (!settings.TryGetProperty("definition", out var file) || file.ValueKind != JsonValueKind.Object)
        {
            _mistakes.Add("\"definition\" is missing: put the content of the supplier's file there.");
            return;
        }

        var read = DefinitionReader.Read(JsonSerializer.SerializeToUtf8Bytes(file));
        _mistakes.AddRange(read.Mistakes.Where(mistake => !mistake.IsWarning).Select(mistake => $"definition.{mistake.Path}: {mistake.Wrong} {mistake.Instead}"));
        if (read.Definition is not { } definition)
        {
            return;
        }

        Definition = definition;
        BaseUrl = Address(settings, "baseUrl") ?? definition.BaseUrl;
        CallbackUrl = Address(settings, "callbackUrl")?.AbsoluteUri;
        ReadSecrets(settings, definition);
        CheckAddresses(definition);
        foreach (var answer in new[] { definition.Submit.Answer, definition.Query?.Answer, definition.Callback?.Answer })
        {
            _ = CipherOf(answer);
        }
    }

    public SupplierDefinition? Definition { get; }

    public Uri? BaseUrl { get; }

    public string? CallbackUrl { get; }

    public IReadOnlyDictionary<string, string> Secrets => _secrets;

    /// <summary>In sentences; nothing of a secret in them.</summary>
    public IReadOnlyList<string> Mistakes => [.. _mistakes.Distinct()];

    /// <summary>How the codes of an answer are decrypted; null: they are plain.</summary>
    public CardCipher? CipherOf(OrderAnswer? answer)
    {
        if (answer?.Cards?.Decrypt is not { } decrypt)
        {
            return null;
        }

        var (cipher, mistake) = CardCipher.Create(decrypt, new SecretValues(_secrets));
        if (mistake is not null)
        {
            _mistakes.Add(mistake);
        }

        return cipher;
    }

    private Uri? Address(JsonElement settings, string name)
    {
        if (!settings.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && BaseAddress.Parse(value.GetString()!) is { } address)
        {
            return address;
        }

        _mistakes.Add($"\"{name}\" has to be an address such as \"https://api.supplier.example\", without a question mark.");
        return null;
    }

    private void CheckAddresses(SupplierDefinition definition)
    {
        if (BaseUrl is null)
        {
            _mistakes.Add("There is no \"baseUrl\", neither in the settings nor in the definition: write where the supplier's addresses begin.");
        }

        if (CallbackUrl is null && definition.Submit.Request.Uses(PlaceholderKind.CallbackUrl))
        {
            _mistakes.Add("\"callbackUrl\" is missing: the definition sends it to the supplier. Write the address of this installation as the supplier reaches it.");
        }
    }

    private void ReadSecrets(JsonElement settings, SupplierDefinition definition)
    {
        var given = settings.TryGetProperty("secrets", out var object_) && object_.ValueKind == JsonValueKind.Object ? object_.EnumerateObject().ToList() : [];
        foreach (var secret in given)
        {
            if (!definition.Secrets.ContainsKey(secret.Name))
            {
                _mistakes.Add($"The definition names no secret \"{secret.Name}\".{NearMiss.Suggest(secret.Name, definition.Secrets.Keys)} Correct the name; null takes away one that is stored.");
            }
            else if (secret.Value.ValueKind != JsonValueKind.String || secret.Value.GetString() is not { Length: > 0 } text)
            {
                _mistakes.Add($"The secret \"{secret.Name}\" has to be a text that is not empty.");
            }
            else if (text.Trim() != text || text.Any(char.IsControl))
            {
                _mistakes.Add($"The secret \"{secret.Name}\" begins or ends with a space, or has a line break in it: copy it again.");
            }
            else
            {
                _secrets[secret.Name] = text;
            }
        }

        foreach (var missing in definition.Secrets.Where(secret => given.TrueForAll(field => field.Name != secret.Key)))
        {
            _mistakes.Add($"The secret \"{missing.Key}\" is missing ({missing.Value}).");
        }
    }
}

using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fulfilment.Suppliers;

/// <summary>A supplier's settings, divided into what is the same for every adapter and what is the adapter's own.</summary>
internal sealed class AdapterSettings
{
    private const string Callbacks = "callbackIps", Secrets = "secrets";

    private readonly List<string> _mistakes = [];
    private readonly JsonElement? _limits;

    /// <param name="json">A JSON object.</param>
    public AdapterSettings(string json)
    {
        if (JsonNode.Parse(json) is not JsonObject settings)
        {
            throw new JsonException("Settings are an object.");
        }

        _limits = Take(settings, SupplierLimits.Property);
        _ = Limits(new SupplierLimits(), _mistakes);

        if (Take(settings, Callbacks) is { } callers)
        {
            CallbackNetworks = Networks(callers);
        }

        Own = JsonSerializer.SerializeToElement(settings);
        if (Own.TryGetProperty(Secrets, out var secrets)
            && (secrets.ValueKind is not JsonValueKind.Object || secrets.EnumerateObject().Any(secret => secret.Value.ValueKind is not JsonValueKind.String)))
        {
            _mistakes.Add($"{Secrets} must be an object of texts, such as {{\"key\": \"…\"}}.");
        }
    }

    /// <summary>Where callbacks may come from; none: anywhere, as the signature decides.</summary>
    public IReadOnlyList<IPNetwork> CallbackNetworks { get; } = [];

    /// <summary>What the adapter sees.</summary>
    public JsonElement Own { get; }

    /// <summary>How much of the supplier is used at once.</summary>
    /// <param name="defaults">The adapter's.</param>
    public SupplierLimits Limits(SupplierLimits defaults) => Limits(defaults, []);

    /// <summary>What is wrong with the common part, in sentences.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    private SupplierLimits Limits(SupplierLimits defaults, List<string> mistakes) => _limits is { } limits ? defaults.With(limits, mistakes) : defaults;

    private static JsonElement? Take(JsonObject settings, string name)
    {
        if (!settings.Remove(name, out var value) || value is null)
        {
            return null;
        }

        return JsonSerializer.SerializeToElement(value);
    }

    private List<IPNetwork> Networks(JsonElement callers)
    {
        var networks = new List<IPNetwork>();
        foreach (var caller in callers.ValueKind is JsonValueKind.Array ? [.. callers.EnumerateArray()] : new[] { callers })
        {
            var text = caller.ValueKind is JsonValueKind.String ? caller.GetString()! : "";
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address))
            {
                networks.Add(new IPNetwork(address, address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128));
            }
            else
            {
                _mistakes.Add($"{Callbacks} must be a list of addresses or networks, such as [\"203.0.113.7\", \"198.51.100.0/24\"].");
            }
        }

        return networks;
    }
}

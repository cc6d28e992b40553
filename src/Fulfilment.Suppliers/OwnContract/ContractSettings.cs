using System.Globalization;
using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Suppliers.OwnContract;

/// <summary>
/// <c>{"baseUrl": "https://…", "currency": "CNY", "secrets": {"apiKey": "fk_live_…", "webhookSecret": "whsec_…"}, "timing": {…}}</c>; webhooks and timing may be left out.
/// </summary>
internal sealed class ContractSettings
{
    private const string ApiKeyName = "apiKey", WebhookName = "webhookSecret", OldWebhookName = "previousWebhookSecret";

    private readonly List<string> _mistakes = [];

    public ContractSettings(JsonElement settings)
    {
        foreach (var field in settings.EnumerateObject())
        {
            switch (field.Name)
            {
                case "baseUrl":
                    BaseUrl = ReadUrl(field.Value);
                    break;
                case "currency":
                    Currency = ReadCurrency(field.Value);
                    break;
                case "secrets":
                    ReadSecrets(field.Value);
                    break;
                case "timing":
                    Timing = ReadTiming(field.Value);
                    break;
                default:
                    _mistakes.Add($"There is no setting \"{field.Name}\"; there are baseUrl, currency, secrets, timing, limits and callbackIps.");
                    break;
            }
        }

        if (BaseUrl is null && _mistakes.Count == 0)
        {
            _mistakes.Add("baseUrl is missing: the address of the other installation, such as https://codes.example.com.");
        }

        if (ApiKey.Length == 0 && _mistakes.Count == 0)
        {
            _mistakes.Add($"secrets.{ApiKeyName} is missing: a key of the other installation with the scopes orders and codes.");
        }
    }

    public Uri? BaseUrl { get; }

    public string Currency { get; } = "CNY";

    public string ApiKey { get; private set; } = "";

    public IReadOnlyList<WebhookSecret> WebhookSecrets { get; private set; } = [];

    // An order exists or not within the seconds that a commit there takes, so "no such order" is believed after two minutes. The window is no limit of theirs:
    // what they could not tell in a week, two people settle with them.
    public SupplierTiming Timing { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromDays(7), TimeSpan.FromMinutes(2));

    public IReadOnlyList<string> Mistakes => _mistakes;

    private Uri? ReadUrl(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.String && Uri.TryCreate(value.GetString(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0)
        {
            return url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
        }

        _mistakes.Add("baseUrl must begin with http:// or https:// and have no ?, # or password in it.");
        return null;
    }

    private string ReadCurrency(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.String && value.GetString() is { Length: 3 } currency && currency.All(char.IsAsciiLetterUpper))
        {
            return currency;
        }

        _mistakes.Add("currency must be three capitals, such as CNY.");
        return "";
    }

    private void ReadSecrets(JsonElement secrets)
    {
        var webhooks = new List<WebhookSecret>();
        foreach (var secret in secrets.EnumerateObject())
        {
            var text = secret.Value.GetString() ?? "";
            if (secret.Name == ApiKeyName && text.Length > 0 && text.All(c => c is > ' ' and <= '~'))
            {
                ApiKey = text;
            }
            else if (secret.Name is WebhookName or OldWebhookName && WebhookSecret.TryParse(text, out var parsed))
            {
                webhooks.Add(parsed);
            }
            else
            {
                _mistakes.Add(secret.Name switch
                {
                    ApiKeyName => $"secrets.{ApiKeyName} must be a key as the other installation shows it, without spaces.",
                    WebhookName or OldWebhookName => $"secrets.{secret.Name} must be the text that begins with whsec_, as the other installation shows it.",
                    _ => $"There is no secret \"{secret.Name}\"; there are {ApiKeyName}, {WebhookName} and {OldWebhookName}.",
                });
            }
        }

        WebhookSecrets = webhooks;
    }

    private SupplierTiming ReadTiming(JsonElement timing)
    {
        var read = Timing;
        if (timing.ValueKind is not JsonValueKind.Object)
        {
            _mistakes.Add("timing must be an object, such as {\"timeoutSeconds\": 30}.");
            return read;
        }

        foreach (var entry in timing.EnumerateObject())
        {
            read = entry.Name switch
            {
                "timeoutSeconds" => read with { TotalTimeout = TimeSpan.FromSeconds(Number(entry, 300)) },
                "firstQueryAfterSeconds" => read with { FirstQueryAfter = TimeSpan.FromSeconds(Number(entry, 3_600)) },
                "queryIntervalSeconds" => read with { QueryInterval = TimeSpan.FromSeconds(Number(entry, 3_600)) },
                "queryWindowHours" => read with { QueryWindow = TimeSpan.FromHours(Number(entry, 24 * 366)) },
                "notFoundGraceMinutes" => read with { NotFoundGrace = TimeSpan.FromMinutes(Number(entry, 24 * 60)) },
                _ => Unknown(read, entry.Name),
            };
        }

        return read;
    }

    private SupplierTiming Unknown(SupplierTiming read, string name)
    {
        _mistakes.Add($"timing has no \"{name}\"; it has timeoutSeconds, firstQueryAfterSeconds, queryIntervalSeconds, queryWindowHours and notFoundGraceMinutes.");
        return read;
    }

    private double Number(JsonProperty entry, double most)
    {
        if (entry.Value.ValueKind is JsonValueKind.Number && entry.Value.TryGetDouble(out var number) && number > 0 && number <= most)
        {
            return number;
        }

        _mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"timing.{entry.Name} must be a number above 0 and at most {most}."));
        return 1;
    }
}

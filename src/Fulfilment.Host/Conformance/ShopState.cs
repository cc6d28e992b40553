using System.Text.Json;

namespace Fulfilment.Host.Conformance;

/// <summary>What the storefront says of one order of its own.</summary>
/// <param name="Status">As the last webhook that counted said.</param>
/// <param name="Version">Of that webhook.</param>
/// <param name="Deliveries">How often the storefront acted on a webhook of this order; null where it does not say.</param>
internal sealed record OrderState(string? Status, int? Version, int? Deliveries);

/// <summary>Reads the storefront's state, where it lets us.</summary>
internal sealed class ShopState(ConformanceOptions options, HttpClient client)
{
    /// <summary>Null when all is well, or when the state cannot be read; else what is wrong.</summary>
    public Task<string?> ExpectAsync(string reference, string status, int version) => CompareAsync(reference, state => state switch
    {
        null => $"The state URL knows nothing of order {reference}, though its webhook was accepted.",
        _ when state.Status != status || state.Version != version => $"Its state is {Show(state.Status)} in version {Show(state.Version)}; {Show(status)} in version {version} was right.",
        { Deliveries: { } deliveries and not 1 } => $"It acted {deliveries} times on one event.",
        _ => null,
    });

    /// <summary>Null when nothing of the order has been taken on.</summary>
    public Task<string?> ExpectNothingAsync(string reference) => CompareAsync(reference, state =>
        state is null or { Version: null } ? null : $"It took on {Show(state.Status)} in version {Show(state.Version)} from a webhook that was not genuine.");

    private async Task<string?> CompareAsync(string reference, Func<OrderState?, string?> judge)
    {
        if (options.StateUrl is not { } template)
        {
            return null;
        }

        var url = new Uri(template.Replace("{clientReference}", Uri.EscapeDataString(reference), StringComparison.Ordinal));
        try
        {
            using var answer = await client.GetAsync(url);
            if (answer.StatusCode == System.Net.HttpStatusCode.NotFound)
            {
                return judge(null);
            }

            if (!answer.IsSuccessStatusCode)
            {
                return $"The state URL answered {(int)answer.StatusCode}.";
            }

            using var json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
            return judge(new OrderState(Text(json.RootElement, "status"), Number(json.RootElement, "version"), Number(json.RootElement, "deliveries")));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or InvalidOperationException or OperationCanceledException)
        {
            return "The state URL did not answer with JSON such as {\"status\":\"fulfilled\",\"version\":1,\"deliveries\":1}.";
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static string Show(object? value) => value is null ? "nothing" : $"{value}";
}

using System.Text.Json;

namespace Fulfilment.Host.Certification;

/// <summary>The switches of the supplier simulator, where the host is one. A supplier's own host has none, and shows outcomes by product as the definition's tests say.</summary>
internal sealed class TestHostControls(HttpClient client, Uri at)
{
    private JsonElement? _before;

    /// <summary>Whether the host is a simulator.</summary>
    public bool IsSimulator => _before is not null;

    /// <summary>Looks whether the host is a simulator, and remembers how its faults are set.</summary>
    public async Task FindAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(at, "/_faults"), cancellation);
            if (answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation) is { ValueKind: JsonValueKind.Object } plan && plan.TryGetProperty("rules", out _))
            {
                _before = plan;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            // Then it is none; whether it answers at all is for the checks to see.
        }
    }

    /// <summary>From now on this befalls every order.</summary>
    public Task PlayAsync(string fault, CancellationToken cancellation) =>
        PutAsync($$$"""{"seed":{{{_before!.Value.GetProperty("seed").GetInt32()}}},"rules":[{"prefix":"","weights":{"{{{fault}}}":1}}]}""", cancellation);

    /// <summary>As it was before.</summary>
    public Task RestoreAsync(CancellationToken cancellation) => IsSimulator ? PutAsync(_before!.Value.GetRawText(), cancellation) : Task.CompletedTask;

    /// <summary>How often an order was submitted; null: never, as far as the host knows.</summary>
    public async Task<int?> ArrivalsAsync(string reference, CancellationToken cancellation)
    {
        var truth = await client.GetFromJsonAsync<JsonElement>(new Uri(at, "/_truth"), cancellation);
        var order = truth.GetProperty("orders").EnumerateArray().FirstOrDefault(order => order.GetProperty("reference").GetString() == reference);
        return order.ValueKind == JsonValueKind.Object ? order.GetProperty("arrivals").GetInt32() : null;
    }

    private async Task PutAsync(string plan, CancellationToken cancellation)
    {
        using var content = new StringContent(plan, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PutAsync(new Uri(at, "/_faults"), content, cancellation);
        answer.EnsureSuccessStatusCode();
    }
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace FulfilmentSample;

/// <summary>Places orders so that none is lost and none is made twice.</summary>
internal sealed class FulfilmentClient : IDisposable
{
    private const int Attempts = 5;

    private readonly HttpClient _http;

    public FulfilmentClient(string url, string key)
    {
        var timeout = int.Parse(Environment.GetEnvironmentVariable("FULFILMENT_TIMEOUT_MS") ?? "30000", CultureInfo.InvariantCulture);
        _http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMilliseconds(timeout) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>
    /// The body is made once and sent as it is each time: one reference, one content, so at most one order, whatever gets lost on the way.
    /// In a shop, write reference and body down before the first attempt, so that a restart repeats them too.
    /// </summary>
    public async Task<JsonElement> PlaceOrderAsync(string body)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await _http.PostAsync(new Uri("/v1/orders", UriKind.Relative), content);
                var json = JsonElement.Parse(await answer.Content.ReadAsStringAsync());

                // 201, 202 and 200 all carry the order; what became of it is in its status, not in the number.
                if (answer.IsSuccessStatusCode)
                {
                    return json;
                }

                if (!json.GetProperty("retryable").GetBoolean())
                {
                    throw new InvalidOperationException($"{json.GetProperty("code")}: {json.GetProperty("detail")}");
                }

                var wait = answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
                Console.WriteLine($"{json.GetProperty("code")}, again in {wait.TotalSeconds} s");
                await Task.Delay(wait);
            }
            catch (Exception noAnswer) when (noAnswer is HttpRequestException or OperationCanceledException or IOException or JsonException)
            {
                // No answer proves nothing: the order may be stored. Ask again with the same body.
                Console.WriteLine($"no answer ({noAnswer.GetType().Name}), sending the same again");
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt));
            }
        }

        throw new InvalidOperationException("No luck; send the same body again later.");
    }

    /// <summary>A list of <c>{unitId, sku, number, secret, expiresOn}</c>.</summary>
    public async Task<JsonElement> ReadCodesAsync(string orderId) =>
        JsonElement.Parse(await _http.GetStringAsync(new Uri($"/v1/orders/{orderId}/codes", UriKind.Relative))).GetProperty("data");

    public void Dispose() => _http.Dispose();
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests;

/// <summary>What the scenarios share: a catalogue to sell from, stock, and small statistics.</summary>
internal static class Bench
{
    public const string OperatorKey = "bench-operator-key-0123456789abcdef";
    public const string Sku = "BENCH-1";

    /// <summary>Bytes of the engine's answer to an order of orders.lua with its code.</summary>
    public const int AnswerBytes = 640;

    /// <summary>A folder that is gone afterwards, beside the results so that it is on a real disk.</summary>
    public static TemporaryFolder Folder() => new();

    /// <summary>Makes the SKU, a storefront and its key; the key.</summary>
    public static async Task<string> SetUpAsync(ServerProcess server)
    {
        await PostAsync(server, "/v1/admin/skus", $$"""{"code":"{{Sku}}","name":"Bench","kind":"cardKey","currency":"CNY","price":"12.50","routes":[{"source":"pool"}]}""");
        await PostAsync(server, "/v1/admin/storefronts", """{"code":"bench","name":"Bench","settlement":"postpaid"}""");
        var key = await PostAsync(server, "/v1/admin/keys", """{"owner":"storefront:bench","scopes":["orders","codes"]}""");
        return key.GetProperty("key").GetString()!;
    }

    /// <summary>Imports so many codes and answers, with the batch's id, when they are on disk.</summary>
    public static async Task<string> ImportAsync(ServerProcess server, long first, long count, string expiresOn = "2030-12-31")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/inventory/batches?sku={Sku}&unitCost=11.00&currency=CNY&expiresOn={expiresOn}")
        {
            Content = new PushContent(async stream =>
            {
                var buffer = new byte[64 * 1024];
                for (var row = first; row < first + count;)
                {
                    var length = 0;
                    for (; row < first + count && length < buffer.Length - 64; row++)
                    {
                        length += Encoding.ASCII.GetBytes(Row(row), buffer.AsSpan(length));
                    }

                    await stream.WriteAsync(buffer.AsMemory(0, length));
                }
            }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", OperatorKey);
        request.Headers.Add("Idempotency-Key", string.Create(CultureInfo.InvariantCulture, $"bench-{first}-{count}"));
        using var answer = await server.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode || JsonDocument.Parse(text).RootElement.GetProperty("accepted").GetInt64() != count)
        {
            throw new InvalidOperationException($"The import answered {(int)answer.StatusCode}: {text}");
        }

        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>A card number and a secret, as distributors send them.</summary>
    public static string Row(long row) => string.Create(CultureInfo.InvariantCulture, $"80{row:00000000000000},{(ulong)row * 0x9E3779B97F4A7C15UL:X16}\n");

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>As an operator.</summary>
    public static Task<JsonElement> PostAsync(ServerProcess server, string path, string json) =>
        SendAsync(server, new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") });

    /// <summary>As an operator.</summary>
    public static Task<JsonElement> GetAsync(ServerProcess server, string path) => SendAsync(server, new HttpRequestMessage(HttpMethod.Get, path));

    private static async Task<JsonElement> SendAsync(ServerProcess server, HttpRequestMessage request)
    {
        using var sent = request;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", OperatorKey);
        using var answer = await server.Client.SendAsync(request);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadFromJsonAsync<JsonElement>()
            : throw new InvalidOperationException($"{request.RequestUri} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private sealed class PushContent : HttpContent
    {
        private readonly Func<Stream, Task> _write;

        public PushContent(Func<Stream, Task> write)
        {
            _write = write;
            Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        }

        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => _write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

/// <summary>A folder that is deleted with its content.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fulfilment-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

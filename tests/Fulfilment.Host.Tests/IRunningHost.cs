using System.Net.Http.Headers;
using System.Text;

namespace Fulfilment.Host.Tests;

/// <summary>A host that answers over HTTP, in this process or in one of its own.</summary>
public interface IRunningHost
{
    /// <summary>Sends no key by itself.</summary>
    HttpClient Client { get; }
}

public static class Requests
{
    /// <summary>Sends a request with a key, or without one, and a JSON body, or none.</summary>
    public static async Task<HttpResponseMessage> SendAsync(
        this IRunningHost host, HttpMethod method, string path, string? key = null, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static Task<HttpResponseMessage> GetAsync(this IRunningHost host, string path, string? key = null, params (string Name, string Value)[] headers) =>
        host.SendAsync(HttpMethod.Get, path, key, null, headers);

    public static Task<HttpResponseMessage> PostAsync(this IRunningHost host, string path, string? key, string json, params (string Name, string Value)[] headers) =>
        host.SendAsync(HttpMethod.Post, path, key, json, headers);

    /// <summary>Imports card keys from CSV lines with the operator's key.</summary>
    public static async Task<HttpResponseMessage> ImportAsync(this IRunningHost host, string sku, IEnumerable<string> lines, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/inventory/batches?sku={sku}&unitCost=6.00&currency=CNY", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestHost.OperatorKey);
        request.Headers.Add("Idempotency-Key", idempotencyKey ?? Guid.NewGuid().ToString());
        request.Content = new StringContent(string.Join('\n', lines), Encoding.UTF8, "text/csv");
        return await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}

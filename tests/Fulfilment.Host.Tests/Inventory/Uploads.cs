using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Inventory;

/// <summary>Sends files to a running host and reads what it says about them.</summary>
internal static class Uploads
{
    /// <summary>Imports a text in UTF-8.</summary>
    public static Task<HttpResponseMessage> UploadAsync(
        this IRunningHost host, string query, string? idempotencyKey, string body, string key = TestHost.OperatorKey, string type = "text/csv") =>
        host.UploadAsync(query, idempotencyKey, new ByteArrayContent(Encoding.UTF8.GetBytes(body)), key, type);

    /// <summary>Imports any content.</summary>
    public static async Task<HttpResponseMessage> UploadAsync(
        this IRunningHost host, string query, string? idempotencyKey, HttpContent body, string key = TestHost.OperatorKey, string type = "text/csv")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/inventory/batches{query}", UriKind.Relative)) { Content = body };
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        return await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The answer's JSON, once its status is the one expected.</summary>
    public static async Task<JsonElement> ExpectAsync(this Task<HttpResponseMessage> sending, HttpStatusCode status)
    {
        using var answer = await sending;
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == status, $"Expected {(int)status}, got {(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public static async Task RefusedAsync(this Task<HttpResponseMessage> sending, HttpStatusCode status, string code, string? param = null)
    {
        using var answer = await sending;
        await answer.AssertProblemAsync(status, code, param);
    }

    /// <summary>The values of some fields in one line; null is empty.</summary>
    public static string Fields(this JsonElement json, params string[] names) => string.Join(' ', names.Select(name => json.GetProperty(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Null } => "",
        var value => value.GetRawText(),
    }));

    public static string Id(this JsonElement json) => json.GetProperty("id").GetString()!;
}

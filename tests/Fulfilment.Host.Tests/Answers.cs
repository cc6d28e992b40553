using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests;

/// <summary>Reads answers and asserts what every problem must have.</summary>
public static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return bytes.Length == 0 ? default : JsonDocument.Parse(bytes).RootElement;
    }

    /// <summary>A problem with this code, in the whole form that API.md promises.</summary>
    public static async Task<JsonElement> AssertProblemAsync(this HttpResponseMessage answer, HttpStatusCode status, string code, string? param = null)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == status, $"Expected {(int)status} {code}, got {(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal($"urn:fulfilment:problem:{code}", problem.GetProperty("type").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.True(problem.GetProperty("retryable").ValueKind is JsonValueKind.True or JsonValueKind.False);
        Assert.Equal(param, problem.TryGetProperty("param", out var at) ? at.GetString() : null);
        if (status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
        {
            Assert.True(int.Parse(answer.Headers.GetValues("Retry-After").Single(), System.Globalization.CultureInfo.InvariantCulture) > 0);
        }

        return problem;
    }
}

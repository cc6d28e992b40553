using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fulfilment.Core;

namespace Fulfilment.Host.Api;

/// <summary>A refusal as an answer: RFC 9457, with <c>code</c>, <c>retryable</c>, <c>traceId</c> and, where one field is at fault, <c>param</c>.</summary>
/// <param name="refusal">Why.</param>
/// <param name="retryAfterSeconds">When it makes sense to try again; 429 and 503 say one second where nothing better is known.</param>
internal sealed class ProblemResult(Refusal refusal, int? retryAfterSeconds = null) : IResult, IStatusCodeHttpResult
{
    public const string MediaType = "application/problem+json";

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Refusal Refusal { get; } = refusal;

    public int? StatusCode => Problem.Of(Refusal.Code).Status;

    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, Refusal, retryAfterSeconds);

    /// <param name="status">Another status than the code's own, where HTTP has a better one, as 405.</param>
    public static async Task WriteAsync(HttpContext context, Refusal refusal, int? retryAfterSeconds = null, int? status = null)
    {
        var problem = Problem.Of(refusal.Code);
        var chinese = AcceptLanguage.PrefersChinese(context.Request.Headers.AcceptLanguage);
        var response = context.Response;
        response.StatusCode = status ?? problem.Status;
        response.ContentType = MediaType;
        response.Headers.ContentLanguage = chinese ? "zh-CN" : "en";
        if (retryAfterSeconds is not null || NeedsRetryAfter(refusal.Code))
        {
            response.Headers.RetryAfter = (retryAfterSeconds ?? 1).ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Code is RefusalCode.Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        Write(context, problem, refusal, chinese ? problem.Chinese : problem.English, chinese);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static bool NeedsRetryAfter(RefusalCode code) =>
        code is RefusalCode.RateLimited or RefusalCode.VelocityLimited or RefusalCode.Overloaded or RefusalCode.InProgress;

    private static void Write(HttpContext context, Problem problem, Refusal refusal, ProblemText text, bool chinese)
    {
        using var json = new Utf8JsonWriter(context.Response.BodyWriter, Json);
        json.WriteStartObject();
        json.WriteString("type"u8, problem.Type);
        json.WriteString("title"u8, text.Title);
        json.WriteNumber("status"u8, context.Response.StatusCode);
        json.WriteString("detail"u8, Detail(refusal.Detail, text.Detail, chinese));
        json.WriteString("code"u8, problem.Code);
        json.WriteBoolean("retryable"u8, problem.Retryable);
        json.WriteString("traceId"u8, TraceId(context));
        if (refusal.Param is { } param)
        {
            json.WriteString("param"u8, param);
        }

        json.WriteEndObject();
    }

    // Particulars are written for a developer, in English; a Chinese reader gets the general sentence before them.
    private static string Detail(string? particular, string general, bool chinese) =>
        particular is null ? general : chinese ? $"{general}({particular})" : particular;

    /// <summary>The trace's id where requests are traced, else the server's own id of the request; the log names the same.</summary>
    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
}

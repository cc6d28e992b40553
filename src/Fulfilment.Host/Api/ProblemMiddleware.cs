using Fulfilment.Core;
using Fulfilment.Core.Ids;

namespace Fulfilment.Host.Api;

/// <summary>Gives the form of a problem to everything that goes wrong outside the use cases: an unknown path, a bad request line, a bug.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone, which is no error, and nobody reads an answer.
            return;
        }
#pragma warning disable CA1031 // The last place where an exception can become an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await AnswerAsync(context, exception);
            return;
        }

        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest && IsBare(context.Response))
        {
            await ProblemResult.WriteAsync(context, Of(context.Response.StatusCode), status: context.Response.StatusCode);
        }
    }

    private static bool IsBare(HttpResponse response) =>
        !response.HasStarted && response.ContentLength is null && response.ContentType is null;

    private Task AnswerAsync(HttpContext context, Exception exception)
    {
        var (refusal, status) = exception switch
        {
            BadHttpRequestException bad => (Of(bad.StatusCode), bad.StatusCode),
            NodeLeaseLostException => (new Refusal(RefusalCode.Overloaded), StatusCodes.Status503ServiceUnavailable),
            _ => (new Refusal(RefusalCode.Internal), StatusCodes.Status500InternalServerError),
        };
        if (refusal.Code is RefusalCode.Internal)
        {
            LogFailed(exception, context.Request.Method, RouteOf(context), ProblemResult.TraceId(context));
        }

        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.Headers.Remove("Content-Length");
        return ProblemResult.WriteAsync(context, refusal, status: status);
    }

    private static Refusal Of(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => new(RefusalCode.Unauthorized),
        StatusCodes.Status403Forbidden => new(RefusalCode.Forbidden),
        StatusCodes.Status404NotFound => new(RefusalCode.NotFound, Detail: "There is no such path."),
        StatusCodes.Status405MethodNotAllowed => new(RefusalCode.InvalidRequest, Detail: "This path does not answer to this method; Allow lists those it does."),
        StatusCodes.Status413PayloadTooLarge => new(RefusalCode.TooLarge),
        StatusCodes.Status415UnsupportedMediaType => new(RefusalCode.UnsupportedMediaType),
        StatusCodes.Status429TooManyRequests => new(RefusalCode.RateLimited),
        StatusCodes.Status503ServiceUnavailable => new(RefusalCode.Overloaded),
        < 500 => new(RefusalCode.InvalidRequest),
        _ => new(RefusalCode.Internal),
    };

    // The pattern and not the path: a path may hold what somebody typed into it.
    private static string RouteOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no endpoint)";

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route} failed; the caller was given the trace id {TraceId}.")]
    private partial void LogFailed(Exception exception, string method, string route, string traceId);
}

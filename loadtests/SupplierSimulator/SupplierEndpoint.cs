using Microsoft.AspNetCore.Http.Features;
using SupplierSimulator.Faults;
using SupplierSimulator.Wire;

namespace SupplierSimulator;

/// <summary>Answers whatever comes in, as the play of the order has it.</summary>
internal sealed class SupplierEndpoint(SupplierBook book, ISupplierWords words, CallbackSender callbacks, SimulatorSettings settings, TimeProvider time)
{
    private const string Html = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>The server met an error.</h1></body></html>";

    public async Task HandleAsync(HttpContext http)
    {
        var call = words.Read(await ReadAsync(http));
        switch (call)
        {
            case SupplierCall.Submit submit:
                await SubmitAsync(http, submit);
                break;
            case SupplierCall.Query query:
                await Wait(settings.Times.Answer, http);
                await (book.Query(query.Number) is { } statement ? SayAsync(http, call, statement) : PageAsync(http, StatusCodes.Status502BadGateway));
                break;
            case SupplierCall.Balance:
                await SayAsync(http, call, new Statement.Balance(book.Balance));
                break;
            case SupplierCall.Products products:
                await SayAsync(http, call, new Statement.Products(products.Page == 1 ? book.Products : []));
                break;
            case SupplierCall.Forged:
                book.CountForged();
                await SayAsync(http, call, new Statement.BadSignature());
                break;
            case SupplierCall.Unreadable unreadable:
                book.CountUnreadable();
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                await http.Response.WriteAsync(unreadable.Why);
                break;
        }
    }

    private async Task SubmitAsync(HttpContext http, SupplierCall.Submit submit)
    {
        var (order, play, truth) = book.Submit(submit);
        if (play == order.Play)
        {
            // Whether or not the customer still waits for the answer.
            callbacks.Schedule(order);
            foreach (var callback in play.Callbacks.Where(callback => callback.After < TimeSpan.Zero))
            {
                await callbacks.SendAsync(order, callback);
            }
        }

        await Wait(play.ReplyAfter, http);
        var refused = new Statement.Rejected(order.Numbers, play.Rejection);
        await (play.Reply switch
        {
            Reply.Truth => SayAsync(http, submit, truth),
            Reply.Forged => SayAsync(http, submit, truth, forged: true),
            Reply.Rejected => SayAsync(http, submit, refused),
            Reply.DuplicateNumber => SayAsync(http, submit, new Statement.DuplicateNumber(order.Reference)),
            Reply.SystemError => SayAsync(http, submit, new Statement.SystemError(order.Reference)),
            Reply.UnlistedCode => SayAsync(http, submit, new Statement.Unlisted(order.Reference)),
            Reply.Error500 => PageAsync(http, StatusCodes.Status500InternalServerError),
            Reply.Error502 => PageAsync(http, StatusCodes.Status502BadGateway),
            Reply.Html => PageAsync(http, StatusCodes.Status200OK),
            Reply.Silence => KeepSilentAsync(http),
            Reply.Close => CloseAsync(http),
        });
    }

    private async Task SayAsync(HttpContext http, SupplierCall call, Statement statement, bool forged = false)
    {
        var answer = words.Write(call, statement, forged);
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        http.Response.ContentLength = answer.Body.Length;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }

    private static async Task PageAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync(Html, http.RequestAborted);
    }

    private async Task KeepSilentAsync(HttpContext http)
    {
        await Wait(settings.Times.Silence, http);
        http.Abort();
    }

    private static Task CloseAsync(HttpContext http)
    {
        http.Abort();
        return Task.CompletedTask;
    }

    private async Task Wait(TimeSpan span, HttpContext http)
    {
        if (span <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await Task.Delay(span, time, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The customer has given up, as it should.
        }
    }

    // As it came: a signature may be over it, and "%2F" is no slash.
    private static string RawPath(HttpContext http) => http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];

    private static async Task<WireRequest> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return new WireRequest(
            http.Request.Method, RawPath(http), http.Request.QueryString.Value ?? "",
            http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray());
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Fulfilment.Core.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Host.Tests.Conformance;

/// <summary>What a storefront does wrong; nothing of it, if it is right.</summary>
public enum ShopFault
{
    None,
    AnswersLate,
    AnswersError,
    VerifiesNothing,
    LeavesBodyOutOfSignature,
    TakesMissingHeadersForGood,
    IgnoresTimestamp,
    CountsDuplicates,
    LooksBeforeItActs,
    ForgetsWhatBrokeOff,
    TakesLastForNewest,
    JudgesAgeOfEvent,
    RefusesUnknownTypes,
    RefusesUnknownFields,
    ReadsFirstSignatureAlone,
    RefusesDuplicates,
    NewReferenceOnRetry,
    NewBodyOnRetry,
    GivesUp,
    IgnoresRetryAfter,
    BelievesCreated,
    TakesRepeatForError,
    NeverLooksAgain,
    RetriesEverything,
    PostsNothing,
    PostsUnknownFields,
}

/// <summary>A storefront with a webhook endpoint, its state and a buy button, on a real port, and one fault.</summary>
public sealed class FaultyShop : IAsyncDisposable
{
    private static readonly TimeSpan BuyersPatience = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<string, bool> _seen = new();
    private readonly Dictionary<string, (string Status, int Version, int Deliveries)> _orders = [];
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _company = new();
    private readonly ShopFault _fault;
    private readonly WebhookSecret _secret;
    private readonly Uri? _api;
    private readonly WebApplication _app;
    private int _references;

    private FaultyShop(ShopFault fault, WebhookSecret secret, Uri? api)
    {
        (_fault, _secret, _api) = (fault, secret, api);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapPost("/webhook", (RequestDelegate)TakeAsync);
        _app.MapGet("/state/{reference}", (RequestDelegate)ShowAsync);
        _app.MapPost("/buy", (RequestDelegate)BuyAsync);
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<FaultyShop> StartAsync(ShopFault fault, WebhookSecret secret, Uri? api = null)
    {
        var shop = new FaultyShop(fault, secret, api);
        await shop._app.StartAsync(TestContext.Current.CancellationToken);
        return shop;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        if (_fault == ShopFault.AnswersError)
        {
            http.Response.StatusCode = 500;
            return;
        }

        if (_fault == ShopFault.AnswersLate)
        {
            await WaitUntilGoneAsync(http);
            return;
        }

        if (!IsGenuine(http.Request.Headers, body))
        {
            http.Response.StatusCode = 401;
            return;
        }

        http.Response.StatusCode = await HandleAsync(http, http.Request.Headers[WebhookSignature.IdHeader].ToString(), JsonDocument.Parse(body).RootElement);
    }

    private bool IsGenuine(IHeaderDictionary headers, byte[] body)
    {
        string? Header(string name) => headers.TryGetValue(name, out var value) ? value.ToString() : null;
        var (id, timestamp, signatures, now) = (Header(WebhookSignature.IdHeader), Header(WebhookSignature.TimestampHeader), Header(WebhookSignature.SignatureHeader), DateTimeOffset.UtcNow);
        switch (_fault)
        {
            case ShopFault.VerifiesNothing:
                return true;
            case ShopFault.LeavesBodyOutOfSignature:
                return WebhookSignature.Verify([_secret], id, timestamp, signatures, body, now) is WebhookVerdict.Genuine
                    || Encoding.UTF8.GetString(body).Replace("fulfilled", "failed", StringComparison.Ordinal) is var undone
                    && WebhookSignature.Verify([_secret], id, timestamp, signatures, Encoding.UTF8.GetBytes(undone), now) is WebhookVerdict.Genuine;
            case ShopFault.TakesMissingHeadersForGood when id is null || timestamp is null || signatures is null:
                return true;
            case ShopFault.IgnoresTimestamp when long.TryParse(timestamp, out var seconds):
                now = DateTimeOffset.FromUnixTimeSeconds(seconds);
                break;
            case ShopFault.ReadsFirstSignatureAlone:
                signatures = signatures?.Split(' ')[0];
                break;
        }

        return WebhookSignature.Verify([_secret], id, timestamp, signatures, body, now) is WebhookVerdict.Genuine;
    }

    private async Task<int> HandleAsync(HttpContext http, string id, JsonElement sent)
    {
        var data = sent.GetProperty("data");
        if ((_fault == ShopFault.JudgesAgeOfEvent && sent.GetProperty("timestamp").GetDateTimeOffset() < DateTimeOffset.UtcNow.AddHours(-1))
            || (_fault == ShopFault.RefusesUnknownTypes && sent.GetProperty("type").GetString() is not ("order.fulfilled" or "order.refunded" or "order.failed"))
            || (_fault == ShopFault.RefusesUnknownFields && sent.EnumerateObject().Count() > 3))
        {
            return 400;
        }

        if (_fault == ShopFault.LooksBeforeItActs)
        {
            if (_seen.ContainsKey(id))
            {
                return 200;
            }

            // The gap between look and act, made wide enough for the other of two at once to fall into.
            var both = _company.GetOrAdd(id, _ => new TaskCompletionSource());
            await Task.WhenAny(both.Task, Task.Delay(100));
            both.TrySetResult();
            await Task.Delay(20);
            _seen[id] = true;
        }
        else if (!_seen.TryAdd(id, true) && _fault != ShopFault.CountsDuplicates)
        {
            return _fault == ShopFault.RefusesDuplicates ? 409 : 200;
        }

        // Remembered as done before it is: when the connection closes, the work is dropped and the repeat is taken for a duplicate. Slow on a
        // connection's first request alone, which is what the one that breaks off has.
        if (_fault == ShopFault.ForgetsWhatBrokeOff && _company.TryAdd(http.Connection.Id, new TaskCompletionSource()))
        {
            await Task.WhenAny(WaitUntilGoneAsync(http), Task.Delay(1_500));
            if (http.RequestAborted.IsCancellationRequested)
            {
                return 499;
            }
        }

        lock (_gate)
        {
            var (reference, version) = (data.GetProperty("clientReference").GetString()!, data.GetProperty("version").GetInt32());
            var known = _orders.GetValueOrDefault(reference);
            if (version > known.Version || _fault is ShopFault.TakesLastForNewest or ShopFault.CountsDuplicates or ShopFault.LooksBeforeItActs)
            {
                var newest = version >= known.Version || _fault == ShopFault.TakesLastForNewest;
                _orders[reference] = newest ? (data.GetProperty("status").GetString()!, version, known.Deliveries + 1) : known;
            }
        }

        return 204;
    }

    private async Task ShowAsync(HttpContext http)
    {
        (string Status, int Version, int Deliveries) order;
        lock (_gate)
        {
            if (!_orders.TryGetValue((string)http.Request.RouteValues["reference"]!, out order))
            {
                http.Response.StatusCode = 404;
                return;
            }
        }

        await http.Response.WriteAsJsonAsync(new { status = order.Status, version = order.Version, deliveries = order.Deliveries });
    }

    private async Task BuyAsync(HttpContext http)
    {
        var (reference, status) = await BuyAsync();
        await http.Response.WriteAsJsonAsync(new { clientReference = reference, status });
    }

    private async Task<(string Reference, string Status)> BuyAsync()
    {
        using var client = new HttpClient { BaseAddress = _api, Timeout = BuyersPatience };
        var reference = NewReference();
        for (var attempt = 1; _fault != ShopFault.PostsNothing && attempt <= 6; attempt++)
        {
            var again = attempt > 1;
            reference = again && _fault == ShopFault.NewReferenceOnRetry ? NewReference() : reference;
            var quantity = again && _fault == ShopFault.NewBodyOnRetry ? 2 : 1;
            var extra = _fault == ShopFault.PostsUnknownFields ? ",\"colour\":\"red\"" : "";
            try
            {
                using var content = new StringContent($$"""{"clientReference":"{{reference}}","currency":"CNY","lines":[{"sku":"TEST-CARD","quantity":{{quantity}}}]{{extra}}}""", Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync(new Uri("/v1/orders", UriKind.Relative), content);
                var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
                if (_fault == ShopFault.BelievesCreated && answer.StatusCode == HttpStatusCode.Created)
                {
                    return (reference, "fulfilled");
                }

                if (answer.IsSuccessStatusCode)
                {
                    return _fault == ShopFault.TakesRepeatForError && answer.StatusCode == HttpStatusCode.OK
                        ? (reference, "duplicate")
                        : (reference, await FollowAsync(client, body));
                }

                if (_fault != ShopFault.RetriesEverything && !body.GetProperty("retryable").GetBoolean())
                {
                    return (reference, body.GetProperty("code").GetString()!);
                }

                await Task.Delay(_fault == ShopFault.IgnoresRetryAfter ? TimeSpan.Zero : answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromMilliseconds(10));
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                if (_fault == ShopFault.GivesUp)
                {
                    return (reference, "error");
                }
            }
        }

        return (reference, "error");
    }

    private async Task<string> FollowAsync(HttpClient client, JsonElement order)
    {
        for (var look = 0; _fault != ShopFault.NeverLooksAgain && look < 5 && order.GetProperty("status").GetString() == "processing"; look++)
        {
            order = await client.GetFromJsonAsync<JsonElement>(new Uri($"/v1/orders/{order.GetProperty("id")}", UriKind.Relative));
        }

        return order.GetProperty("status").GetString()!;
    }

    private string NewReference() => $"SHOP-{Interlocked.Increment(ref _references)}";

    private static async Task WaitUntilGoneAsync(HttpContext http)
    {
        var gone = new TaskCompletionSource();
        await using var registration = http.RequestAborted.Register(() => gone.TrySetResult());
        await gone.Task;
    }
}

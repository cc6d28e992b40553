using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Host.Tests.Samples;

/// <summary>Stands between a sample and the host. The answer to the first order is read from the host and never passed on, until the sample gives up.</summary>
internal sealed class SwallowingProxy : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _orders = new();
    private readonly HttpClient _client;
    private readonly WebApplication _app;

    private SwallowingProxy(Uri host)
    {
        _client = new HttpClient { BaseAddress = host };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Run(PassAsync);
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>The bodies of the orders that were posted.</summary>
    public IReadOnlyList<string> Orders => [.. _orders];

    public static async Task<SwallowingProxy> StartAsync(Uri host)
    {
        var proxy = new SwallowingProxy(host);
        await proxy._app.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task PassAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.Path + http.Request.QueryString);
        request.Headers.TryAddWithoutValidation("Authorization", http.Request.Headers.Authorization.ToString());
        var isOrder = HttpMethods.IsPost(http.Request.Method);
        if (isOrder)
        {
            _orders.Enqueue(body);
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await _client.SendAsync(request);
        if (isOrder && _orders.Count == 1)
        {
            await WaitUntilGoneAsync(http);
            return;
        }

        http.Response.StatusCode = (int)answer.StatusCode;
        http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        http.Response.ContentLength = answer.Content.Headers.ContentLength;
        await answer.Content.CopyToAsync(http.Response.Body);
    }

    // Not every client's closing is noticed while nothing is written to it, so the silence ends by itself too, long after any patience.
    private static async Task WaitUntilGoneAsync(HttpContext http)
    {
        var gone = new TaskCompletionSource();
        await using var registration = http.RequestAborted.Register(() => gone.TrySetResult());
        await Task.WhenAny(gone.Task, Task.Delay(TimeSpan.FromSeconds(20)));
        http.Abort();
    }
}

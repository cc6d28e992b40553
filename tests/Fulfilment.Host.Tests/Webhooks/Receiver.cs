using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>A shop's endpoint on 127.0.0.1: keeps what came, and answers as the test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedWebhook> _received = new();

    private Receiver(WebApplication app) => _app = app;

    public string Url => $"{_app.Urls.First()}/hook";

    /// <summary>What to do with each; the default is 204.</summary>
    public Func<ReceivedWebhook, HttpContext, Task> Answer { get; set; } = (_, http) =>
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    public IReadOnlyList<ReceivedWebhook> Received => [.. _received];

    public static async Task<Receiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        var receiver = new Receiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public void AnswerWith(HttpStatusCode status, string text = "") => Answer = (_, http) =>
    {
        http.Response.StatusCode = (int)status;
        return text.Length == 0 ? Task.CompletedTask : http.Response.WriteAsync(text);
    };

    public Task UntilAsync(int count) => Patience.UntilAsync(() => _received.Count >= count, () => $"{_received.Count} of {count} webhooks came.");

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var webhook = new ReceivedWebhook(
            $"{http.Request.Headers["webhook-id"]}", $"{http.Request.Headers["webhook-timestamp"]}", $"{http.Request.Headers["webhook-signature"]}", body.ToArray(), http.Request.Path);
        _received.Enqueue(webhook);
        await Answer(webhook, http);
    }
}

internal sealed record ReceivedWebhook(string Id, string Timestamp, string Signatures, byte[] Body, string Path)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Type => Json.GetProperty("type").GetString()!;

    public JsonElement Data => Json.GetProperty("data");
}

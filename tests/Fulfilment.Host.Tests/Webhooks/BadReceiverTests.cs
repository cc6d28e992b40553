using System.Net;
using System.Net.Sockets;
using System.Text;
using Fulfilment.Core.Webhooks;
using Fulfilment.Infrastructure.Http;
using Microsoft.AspNetCore.Http;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>Endpoints that do everything wrong, over real HTTP.</summary>
[Trait("Engine", "Sqlite")]
public sealed class BadReceiverTests : IAsyncLifetime
{
    private WebhookDesk _desk = null!;

    public async ValueTask InitializeAsync() => _desk = await WebhookDesk.OpenAsync();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task Down_ItIsTriedForThreeDays_ThenPausedWithAnAlert_AndResumedItGetsEverything()
    {
        var receiver = await Receiver.StartAsync();
        var (url, port) = (receiver.Url, new Uri(receiver.Url).Port);
        await receiver.DisposeAsync();
        var endpoint = await _desk.EndpointAsync(url);
        await _desk.EventsAsync(1);
        var (start, tries) = (_desk.Time.GetUtcNow(), new List<TimeSpan>());
        while ((await _desk.FindAsync(endpoint.Id)).State == EndpointState.Active)
        {
            var result = Assert.Single(await _desk.SendDueAsync(endpoint.Id));
            Assert.Equal("connection_failed", result.Answer!.Fault);
            tries.Add(_desk.Time.GetUtcNow() - start);
            _desk.Time.Stall(result.DueAtMs is { } due ? DateTimeOffset.FromUnixTimeMilliseconds(due) - _desk.Time.GetUtcNow() : TimeSpan.Zero);
        }

        Assert.InRange(tries.Count, 14, 22);
        Assert.InRange(tries[1].TotalSeconds, 4, 6);
        Assert.Equal(WebhookOptions.TriedFor, tries[^1]);
        Assert.Equal(1, await _desk.CountAsync("SELECT count(*) FROM alerts WHERE kind = 14 AND status = 10"));
        Assert.Equal(PauseReason.Failing, (await _desk.FindAsync(endpoint.Id)).PauseReason);
        Assert.Equal(DeliveryState.Failed, Assert.Single(await _desk.DeliveriesAsync(endpoint.Id)).State);
        await _desk.EventsAsync(2);
        Assert.Empty(await _desk.SendDueAsync(endpoint.Id));

        _desk.Time.Stall(TimeSpan.FromDays(5));
        await using var again = await Receiver.StartAsync(port);
        Assert.Null((await new ResumeEndpoint(_desk.Endpoints, _desk.Signals, _desk.Time).RunAsync(endpoint.Id, WebhookDesk.Storefront, new("storefront:shop-1", null))).Refusal);
        Assert.All(await _desk.SendDueAsync(endpoint.Id), result => Assert.Equal(DeliveryEnd.Delivered, result.End));

        Assert.Equal(2, again.Received.Count);
        Assert.Equal(0, await _desk.CountAsync("SELECT count(*) FROM alerts WHERE kind = 14 AND status <> 20"));
        Assert.Equal(1, await _desk.CountAsync("SELECT count(*) FROM audit_entries WHERE action = 'webhookEndpoint.paused'"));
    }

    [Fact]
    public async Task OneEventThatItNeverTakes_IsGivenUpAlone_WhileItTakesOthers()
    {
        await using var receiver = await Receiver.StartAsync();
        var endpoint = await _desk.EndpointAsync(receiver.Url);
        var poison = Assert.Single(await _desk.EventsAsync(1));
        var poisonId = PublicIdOf(poison);
        receiver.Answer = (webhook, http) =>
        {
            http.Response.StatusCode = webhook.Id == poisonId ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
            return Task.CompletedTask;
        };
        for (var end = _desk.Time.GetUtcNow() + WebhookOptions.TriedFor + TimeSpan.FromHours(1); _desk.Time.GetUtcNow() < end;)
        {
            await _desk.EventsAsync(1);
            await _desk.SendDueAsync(endpoint.Id);
            _desk.Time.Stall(TimeSpan.FromMinutes(30));
        }

        Assert.Equal(EndpointState.Active, (await _desk.FindAsync(endpoint.Id)).State);
        var failed = Assert.Single(await _desk.DeliveriesAsync(endpoint.Id), delivery => delivery.State != DeliveryState.Delivered);
        Assert.Equal((poison, DeliveryState.Failed), (failed.EventId, failed.State));
    }

    [Fact]
    public async Task Flapping_ItGetsEachEventOnce_ThatItTook_WithTheSameIdEachTime()
    {
        await using var receiver = await Receiver.StartAsync();
        var endpoint = await _desk.EndpointAsync(receiver.Url);
        var events = await _desk.EventsAsync(20);
        var (random, took) = (new Random(7), new List<string>());
        receiver.Answer = (webhook, http) =>
        {
            var takes = random.Next(2) == 0;
            if (takes)
            {
                took.Add(webhook.Id);
            }

            http.Response.StatusCode = takes ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        for (var i = 0; i < 200 && took.Count < 20; i++)
        {
            await _desk.SendDueAsync(endpoint.Id);
            _desk.Time.Stall(TimeSpan.FromMinutes(10));
        }

        Assert.Equal(events.Select(PublicIdOf).Order(), took.Order());
        Assert.True(receiver.Received.Count > 20, "It never failed.");
        Assert.All(await _desk.DeliveriesAsync(endpoint.Id), delivery => Assert.Equal(DeliveryState.Delivered, delivery.State));
    }

    /// <summary>It is not all right yet when somebody resumes it: what waited is tried for three days more, and nothing that was sent before pauses it anew.</summary>
    [Fact]
    public async Task ResumedTooEarly_ItsEventsAreTriedForThreeDaysMore()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswerWith(HttpStatusCode.Gone);
        var endpoint = await _desk.EndpointAsync(receiver.Url);
        await _desk.EventsAsync(2);
        await _desk.Store.QueueAsync(await _desk.Store.FindWaitingAsync(500, CancellationToken.None), _ => false, _desk.Time.GetUtcNow());
        var sent = Assert.Single(await _desk.Store.TakeAsync(endpoint.Id, 1, _desk.Time.GetUtcNow(), CancellationToken.None));
        await _desk.SendDueAsync(endpoint.Id);
        Assert.Equal(EndpointState.Paused, (await _desk.FindAsync(endpoint.Id)).State);

        _desk.Time.Stall(TimeSpan.FromSeconds(1));
        await new ResumeEndpoint(_desk.Endpoints, _desk.Signals, _desk.Time).RunAsync(endpoint.Id, WebhookDesk.Storefront, new("storefront:shop-1", null));
        await _desk.Store.RecordAsync([await _desk.Deliver.RunAsync(sent, CancellationToken.None)], _desk.Time.GetUtcNow());
        Assert.Equal(EndpointState.Active, (await _desk.FindAsync(endpoint.Id)).State);

        receiver.AnswerWith(HttpStatusCode.ServiceUnavailable);
        _desk.Time.Stall(WebhookOptions.TriedFor - TimeSpan.FromMilliseconds(500));
        Assert.All(await _desk.SendDueAsync(endpoint.Id), result => Assert.Equal(DeliveryEnd.Retried, result.End));
        _desk.Time.Stall(TimeSpan.FromSeconds(1));
        Assert.All(await _desk.SendDueAsync(endpoint.Id), result => Assert.Equal(DeliveryEnd.GivenUp, result.End));
        Assert.Equal(PauseReason.Failing, (await _desk.FindAsync(endpoint.Id)).PauseReason);
    }

    [Fact]
    public async Task Redirecting_ItIsNotFollowed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, http) =>
        {
            http.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };

        var result = await SendOneAsync(receiver.Url);

        Assert.Equal((DeliveryEnd.Retried, 307, "redirect"), (result.End, result.Answer!.Status, result.Answer.Fault));
        Assert.Empty(elsewhere.Received);
    }

    [Fact]
    public async Task ABodyWithoutEnd_TakesNothingFromASuccess_AndIsCutOff()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (_, http) =>
        {
            await http.Response.WriteAsync(new string('a', 64 * 1024));
            await http.Response.Body.FlushAsync(TestContext.Current.CancellationToken);
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };

        var result = await SendOneAsync(receiver.Url);

        Assert.Equal(DeliveryEnd.Delivered, result.End);
        Assert.Equal(WebhookAnswer.LongestText, result.Answer!.Text!.Length);
    }

    [Theory]
    [InlineData("garbage\r\n\r\n", "unreadable")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "unreadable")]
    [InlineData("", "connection_failed")]
    public async Task Garbage_OrHeadersWithoutEnd_OrNothing_IsNoAnswer(string start, string fault)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, start);

        var result = await SendOneAsync($"http://{listener.LocalEndpoint}/");

        Assert.Equal((DeliveryEnd.Retried, null, fault), (result.End, result.Answer!.Status, result.Answer.Fault));
        await serving;
    }

    [Fact]
    public async Task SlowerThanTenSeconds_IsNoAnswer()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, http) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        var sending = SendOneAsync(receiver.Url);
        await receiver.UntilAsync(1);

        _desk.Time.Advance(WebhookOptions.AnswerWithin - TimeSpan.FromMilliseconds(1));
        Assert.False(sending.IsCompleted);
        _desk.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("timeout", (await sending).Answer!.Fault);
    }

    [Fact]
    public async Task ANameThatPointsInside_IsNotConnectedTo()
    {
        await using var receiver = await Receiver.StartAsync();
        var port = new Uri(receiver.Url).Port;
        await using var desk = await WebhookDesk.OpenAsync(new PublicAddressGuard(allowPrivate: false, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])));
        var endpoint = await desk.EndpointAsync($"https://shop.example:{port}/hook");
        await desk.EventsAsync(1);

        var result = Assert.Single(await desk.SendDueAsync(endpoint.Id));

        Assert.Equal((DeliveryEnd.Retried, "address_not_public"), (result.End, result.Answer!.Fault));
        Assert.Empty(receiver.Received);
    }

    private static string PublicIdOf(long id) => Fulfilment.Core.Ids.PublicId.Format(Fulfilment.Core.Ids.PublicId.Event, id);

    private async Task<DeliveryResult> SendOneAsync(string url)
    {
        var endpoint = await _desk.EndpointAsync(url);
        await _desk.EventsAsync(1);
        return Assert.Single(await _desk.SendDueAsync(endpoint.Id));
    }

    // Writes what it is told, and letters after it as long as somebody listens.
    private static async Task ServeAsync(TcpListener listener, string start)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        var buffer = new byte[8192];
        _ = await stream.ReadAsync(buffer);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(start));
            for (var i = 0; start.EndsWith(' ') && i < 100_000; i++)
            {
                await stream.WriteAsync(new byte[1024].Select(_ => (byte)'x').ToArray());
            }
        }
        catch (IOException)
        {
            // The sender has had enough.
        }
    }
}

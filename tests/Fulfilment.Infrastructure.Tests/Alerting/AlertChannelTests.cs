using Fulfilment.Core.Alerts.Channels;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>Channels that fail, hang or rest, and processes that die while they send: nothing is lost.</summary>
public sealed class AlertChannelTests : IAsyncLifetime
{
    private readonly HttpReceiver _service = new();
    private AlertDesk _desk = null!;

    public async ValueTask InitializeAsync() => _desk = await AlertDesk.OpenAsync();

    public ValueTask DisposeAsync()
    {
        _desk.Dispose();
        _service.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task ChannelThatIsDown_DelaysNoOther_LosesNothing_AndGivesUpAfterADay()
    {
        using var down = new HttpReceiver { Answer = _ => (503, "no") };
        _desk.AddWebhook(down, "down");
        _desk.AddWebhook(_service);
        await _desk.Alerts.RaiseAsync(AlertDesk.Critical());
        await _desk.LookAsync();
        Assert.Single(_service.All);
        Assert.Equal((1, 1, "503 no"), ((int)(await _desk.StateAsync("down")).Waiting, (int)(await _desk.StateAsync("down")).Failures, (await _desk.StateAsync("down")).LastError));

        // It is asked less and less often, and everything that came meanwhile is told once it is back.
        for (var i = 0; i < 60; i++)
        {
            await _desk.LookAfterAsync(TimeSpan.FromSeconds(10));
        }

        Assert.InRange(down.All.Count, 5, 9);
        await _desk.Alerts.RaiseAsync(AlertDesk.Critical("unknown:2"));
        down.Answer = _ => (200, "");
        await _desk.LookAfterAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(2, Told.Events(down).Skip(down.All.Count - 2).Count());
        Assert.Equal((0, 0, null), ((int)(await _desk.StateAsync("down")).Waiting, (int)(await _desk.StateAsync("down")).Failures, (await _desk.StateAsync("down")).LastError));

        down.Answer = _ => (404, "gone");
        await _desk.Alerts.RaiseAsync(AlertDesk.Critical("unknown:3"));
        for (var i = 0; i < 26; i++)
        {
            await _desk.LookAfterAsync(TimeSpan.FromHours(1));
        }

        Assert.Equal((0, 1), ((int)(await _desk.StateAsync("down")).Waiting, (int)(await _desk.StateAsync("down")).GivenUp));
    }

    [Fact]
    public async Task ProcessThatDiesAtAnyStep_LosesNothing_AndRepeatsAtMostTheMessage()
    {
        var channel = _desk.AddWebhook(_service);
        var crash = new Crashing(channel.Transport);
        _desk.Channels[0] = channel with { Transport = crash };

        // Raised, and nobody lived to address it; addressed, and nobody lived to send it: the rows are there for whoever comes.
        await _desk.Alerts.RaiseAsync(AlertDesk.Critical());
        using var next = _desk.Another();

        // Dead before the service heard of it: after the lease it is sent.
        crash.Before = true;
        await Assert.ThrowsAsync<CrashException>(_desk.LookAsync);
        crash.Before = false;
        await next.LookAsync();
        Assert.Empty(_service.All);

        // Dead after the service took it, before that was recorded: it is sent again, and the receiver can tell by the id.
        crash.After = true;
        await Assert.ThrowsAsync<CrashException>(() => next.LookAfterAsync(TimeSpan.FromSeconds(31)));
        crash.After = false;
        await next.LookAfterAsync(TimeSpan.FromSeconds(31));
        await next.LookAfterAsync(TimeSpan.FromSeconds(31));
        Assert.Equal(2, _service.All.Count);
        Assert.Single(_service.All.Select(received => received.Headers["webhook-id"]).Distinct());
    }

    [Fact]
    public async Task SlowService_IsWaitedForSoLong_AndNoLonger()
    {
        _desk.AddWebhook(_service);
        _service.Answer = _ => null;
        await _desk.Alerts.RaiseAsync(AlertDesk.Critical());
        var look = _desk.LookAsync();
        await _service.WaitForAsync(1);
        _desk.Time.Advance(SendAlerts.Patience);
        await look;

        Assert.Equal("no answer within 15 s", (await _desk.StateAsync()).LastError);
    }

    [Fact]
    public async Task QuietHours_LetWarningsWaitForOneDigest_AndCriticalOnesPass()
    {
        // 22:30 in Shanghai.
        using var desk = await AlertDesk.OpenAsync(new DateTimeOffset(2026, 3, 1, 14, 30, 0, TimeSpan.Zero));
        desk.AddWebhook(_service, quiet: "22:00-08:00");
        foreach (var key in (string[])["a", "b", "c"])
        {
            await desk.Alerts.RaiseAsync(AlertDesk.Warning(key));
        }

        await desk.LookAsync();
        Assert.Empty(_service.All);
        await desk.Alerts.RaiseAsync(AlertDesk.Critical());
        await desk.LookAsync();
        Assert.Equal(["opened"], Told.Events(_service));

        // Over before anybody was told: left out. Told at night: its end passes too.
        await desk.Alerts.ResolveAsync("b");
        await desk.Alerts.ResolveAsync("unknown:1");
        await desk.LookAfterAsync(TimeSpan.FromHours(9));
        Assert.Equal(["opened", "resolved"], Told.Events(_service));
        await desk.LookAfterAsync(TimeSpan.FromMinutes(29));
        Assert.Equal(2, _service.All.Count);
        await desk.LookAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(3, _service.All.Count);
        Assert.Equal(2, Told.Data(_service.All.Last()).GetProperty("count").GetInt32());
        Assert.Equal(0, await desk.CountAsync("state = 10"));
    }

    private sealed class Crashing(IAlertTransport inner) : IAlertTransport
    {
        public bool Before { get; set; }

        public bool After { get; set; }

        public async Task<SendAnswer> SendAsync(AlertMessage message, CancellationToken cancellation)
        {
            if (Before)
            {
                throw new CrashException();
            }

            var answer = await inner.SendAsync(message, cancellation);
            return After ? throw new CrashException() : answer;
        }
    }

    private sealed class CrashException : Exception;
}

using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.Auditing;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>From what is raised to what a service is told, each commit on the way survived.</summary>
public sealed class AlertFlowTests : IAsyncLifetime
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
    public async Task OutageOfASupplier_IsOneMessage_ThenOneUpdate_ThenOneEnd()
    {
        _desk.AddWebhook(_service);
        await RaiseOutageAsync(0, 200);
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning("prices:acme:A") with { Kind = AlertKind.PriceInversion, Group = "supplier:acme" });
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning("stray:acme") with { Kind = AlertKind.StrayCallback, Group = "supplier:acme" });
        await _desk.LookAsync();
        Assert.Empty(_service.All);

        await _desk.LookAfterAsync(TimeSpan.FromSeconds(30));
        var data = Data(Assert.Single(_service.All));
        Assert.Equal((202, "supplier:acme", "critical", 10), (data.GetProperty("count").GetInt32(), data.GetProperty("group").GetString(), data.GetProperty("severity").GetString(), data.GetProperty("alerts").GetArrayLength()));
        Assert.Equal("""[{"amount":"2000.00","currency":"CNY"}]""", data.GetProperty("atStake").GetRawText());

        // What comes later, and is no worse, is an update.
        await RaiseOutageAsync(200, 20);
        await _desk.LookAfterAsync(TimeSpan.FromMinutes(9));
        Assert.Single(_service.All);
        await RaiseOutageAsync(220, 20);
        await _desk.LookAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(40, Data(_service.All.ElementAt(1)).GetProperty("count").GetInt32());

        // The end of some is an update too, and of all the end.
        for (var i = 0; i < 240; i++)
        {
            await _desk.Alerts.ResolveAsync($"unknown:{i}");
        }

        await _desk.LookAfterAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(2, _service.All.Count);
        await _desk.Alerts.ResolveAsync("prices:acme:A");
        await _desk.Alerts.ResolveAsync("stray:acme");
        await _desk.LookAsync();
        await _desk.LookAfterAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(3, _service.All.Count);
        Assert.All(Data(_service.All.Last()).GetProperty("alerts").EnumerateArray(), alert => Assert.Equal("resolved", alert.GetProperty("event").GetString()));
        Assert.Equal(242, Data(_service.All.Last()).GetProperty("count").GetInt32());
        Assert.Equal(0, await _desk.CountAsync("state = 10"));
    }

    [Fact]
    public async Task WhatIsOverBeforeItWasTold_IsNotTold_AndFlappingIsToldOnce()
    {
        _desk.AddWebhook(_service);
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning() with { Group = "redis" });
        await _desk.LookAsync();
        await _desk.Alerts.ResolveAsync("pool:1");
        await _desk.LookAfterAsync(TimeSpan.FromMinutes(1));
        await _desk.LookAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(_service.All);
        Assert.Equal(0, await _desk.CountAsync("state = 10"));

        for (var i = 0; i < 8; i++)
        {
            await _desk.Alerts.RaiseAsync(AlertDesk.Warning("flaps"));
            await _desk.LookAfterAsync(TimeSpan.FromSeconds(30));
            await _desk.Alerts.ResolveAsync("flaps");
            await _desk.LookAfterAsync(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(["opened", "resolved"], Events());
    }

    [Fact]
    public async Task WarningThatBecomesCritical_IsToldAgain_AndThatItIsOver()
    {
        _desk.AddWebhook(_service, "all");
        var pager = new HttpReceiver();
        _desk.AddWebhook(pager, "pager", min: AlertSeverity.Critical);
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning());
        await _desk.LookAsync();
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning() with { Severity = AlertSeverity.Critical });
        await _desk.LookAsync();
        await _desk.Alerts.ResolveAsync("pool:1");
        await _desk.LookAsync();

        Assert.Equal(["opened", "worsened", "resolved"], Events());
        Assert.Equal(["opened", "resolved"], Events(pager));
        pager.Dispose();
    }

    [Fact]
    public async Task WhatNobodyAcknowledges_IsEscalated_Once_ToThoseItIsFor()
    {
        using var boss = new HttpReceiver();
        _desk.AddWebhook(_service);
        _desk.AddWebhook(boss, "boss", escalations: EscalationUse.Only);
        await _desk.Alerts.RaiseAsync(AlertDesk.Critical("unknown:1"));
        await _desk.Alerts.RaiseAsync(AlertDesk.Critical("unknown:2"));
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning());
        await _desk.LookAsync();
        var second = (await _desk.Alerts.UnresolvedAsync(AlertKind.UnknownStuck))["unknown:2"];
        await _desk.Alerts.MoveAsync(second.Id, AlertStatus.Acknowledged, new Actor("operator:li", null), "on it");

        _desk.Time.Stall(TimeSpan.FromMinutes(14));
        Assert.Equal(0, await _desk.EscalateAsync());
        _desk.Time.Stall(TimeSpan.FromMinutes(2));
        using var other = _desk.Another();
        Assert.Equal(1, (await Task.WhenAll(_desk.EscalateAsync(), other.EscalateAsync())).Sum());
        Assert.Equal(0, await _desk.EscalateAsync());
        await _desk.LookAsync();
        Assert.Equal(["escalated"], Events(boss));

        // The end is told to whoever was told of it, and of the others to nobody who was not.
        await _desk.Alerts.ResolveAsync("unknown:1");
        await _desk.Alerts.ResolveAsync("unknown:2");
        await _desk.LookAsync();
        Assert.Equal(["escalated", "resolved"], Events(boss));
        Assert.DoesNotContain("escalated", Events());
    }

    [Fact]
    public async Task TwoNodes_SendOnce_WhateverTheyDoAtTheSameTime()
    {
        _desk.AddWebhook(_service);
        using var other = _desk.Another();
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(_desk.Alerts.RaiseAsync(AlertDesk.Critical($"unknown:{round}")), other.Alerts.RaiseAsync(AlertDesk.Critical($"unknown:{round}")));
            await Task.WhenAll(_desk.LookAsync(), other.LookAsync());
        }

        await _desk.LookAsync();
        Assert.Equal(20, Events().Count);
        Assert.Equal(20, (await _desk.Alerts.ListAsync(new AlertFilter(), long.MaxValue, 100, CancellationToken.None)).Count);
        Assert.Equal(20, await _desk.CountAsync("state = 20"));
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
        Assert.Equal(2, Events(down).Skip(down.All.Count - 2).Count());
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
        Assert.Equal(["opened"], Events());

        // Over before anybody was told: left out. Told at night: its end passes too.
        await desk.Alerts.ResolveAsync("b");
        await desk.Alerts.ResolveAsync("unknown:1");
        await desk.LookAfterAsync(TimeSpan.FromHours(9));
        Assert.Equal(["opened", "resolved"], Events());
        await desk.LookAfterAsync(TimeSpan.FromMinutes(29));
        Assert.Equal(2, _service.All.Count);
        await desk.LookAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(3, _service.All.Count);
        Assert.Equal(2, Data(_service.All.Last()).GetProperty("count").GetInt32());
        Assert.Equal(0, await desk.CountAsync("state = 10"));
    }

    [Fact]
    public async Task WhatLasts_IsWrittenOnlyWhenItSaysSomethingNew()
    {
        var raised = AlertDesk.Warning();
        await _desk.Alerts.RaiseAsync(raised);
        await _desk.Alerts.RaiseAsync(raised);
        _desk.Time.Stall(TimeSpan.FromMinutes(1));
        await _desk.Alerts.RaiseAsync(raised with { Cause = "Redis is still away.", AtStake = new MoneyAtStake(new Money(10_000), "CNY") });

        var alert = Assert.Single(await _desk.Alerts.UnresolvedAsync(AlertKind.PoolDegraded)).Value;
        Assert.Equal((1, "Redis is still away.", "1.00 CNY"), (alert.Count, alert.Cause, alert.AtStake.ToString()));
        Assert.Equal(_desk.Time.GetUtcNow(), alert.LastAt);
    }

    [Fact]
    public async Task MatchAlerts_RaisesWhatHolds_AndResolvesWhatIsOver_OfItsOwnAlone()
    {
        var match = new MatchAlerts(_desk.Alerts);
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning("other:1"));
        await match.RunAsync(AlertKind.PoolDegraded, "pool:", [AlertDesk.Warning("pool:1"), AlertDesk.Warning("pool:2")]);
        await match.RunAsync(AlertKind.PoolDegraded, "pool:", [AlertDesk.Warning("pool:2"), AlertDesk.Warning("pool:3")]);

        Assert.Equal(["other:1", "pool:2", "pool:3"], (await _desk.Alerts.UnresolvedAsync(AlertKind.PoolDegraded)).Keys.Order());
        await Assert.ThrowsAsync<ArgumentException>(() => match.RunAsync(AlertKind.PoolDegraded, "pool:", [AlertDesk.Warning("other:1")]));
    }

    private async Task RaiseOutageAsync(int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            await _desk.Alerts.RaiseAsync(AlertDesk.Critical($"unknown:{i}") with { Group = "supplier:acme", AtStake = new MoneyAtStake(new Money(100_000), "CNY") });
        }
    }

    private List<string> Events(HttpReceiver? service = null) =>
        [.. (service ?? _service).All.SelectMany(received => Data(received).GetProperty("alerts").EnumerateArray()).Select(alert => alert.GetProperty("event").GetString()!)];

    private static JsonElement Data(Received received) => JsonDocument.Parse(received.Body).RootElement.GetProperty("data");

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

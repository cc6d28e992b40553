using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>One cause has one alert for as long as it holds, whoever resolves it meanwhile.</summary>
public sealed class StandingAlertTests : IAsyncLifetime
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
    public async Task WhatLasts_IsWrittenOnlyWhenItSaysSomethingNew()
    {
        var raised = AlertDesk.Warning();
        await _desk.Alerts.RaiseAsync(raised);
        await _desk.Alerts.RaiseAsync(raised);
        _desk.Time.Stall(TimeSpan.FromMinutes(1));
        await _desk.Alerts.RaiseAsync(raised with { Cause = new("Redis is still away.", "Redis 仍无法连接。"), AtStake = new MoneyAtStake(new Money(10_000), "CNY") });

        var alert = Assert.Single(await _desk.Alerts.StandingAsync(AlertKind.PoolDegraded)).Value;
        Assert.Equal((1, new AlertText("Redis is still away.", "Redis 仍无法连接。"), "1.00 CNY"), (alert.Count, alert.Cause, alert.AtStake.ToString()));
        Assert.Equal(_desk.Time.GetUtcNow(), alert.LastAt);
    }

    public static TheoryData<AlertKind> WhatLasts => [.. Enum.GetValues<AlertKind>().Where(AlertGuide.Lasts)];

    [Theory]
    [MemberData(nameof(WhatLasts))]
    public async Task WhatAPersonResolved_IsSilent_UntilItsCauseHasGoneAndComeAgain(AlertKind kind)
    {
        _desk.AddWebhook(_service);
        var holds = AlertDesk.Warning() with { Kind = kind };
        await MatchAsync(holds);
        await ResolveByHandAsync(kind);
        await MatchAsync(holds);
        await MatchAsync(holds with { Cause = new("It is still away.", "仍无法连接。") });
        Assert.Equal(["opened", "resolved"], Told.Events(_service));
        Assert.False(await _desk.Alerts.ResolveAsync("nothing:1"));
        var silent = Assert.Single(await ListAsync());
        Assert.True(silent is { Status: AlertStatus.Resolved, Stands: true, Resolved.By: "operator:li" });

        await MatchAsync();
        Assert.Equal(silent with { Stands = false }, Assert.Single(await ListAsync()));
        await MatchAsync(holds);
        Assert.Equal([AlertStatus.Open, AlertStatus.Resolved], (await ListAsync()).Select(alert => alert.Status));

        async Task MatchAsync(params NewAlert[] holding)
        {
            _desk.Time.Stall(TimeSpan.FromMinutes(11));
            await new MatchAlerts(_desk.Alerts).RunAsync(kind, "", holding);
            await _desk.LookAsync();
        }
    }

    [Fact]
    public async Task WhatAPersonResolved_IsOpenedAgain_WhenItBecomesCritical()
    {
        _desk.AddWebhook(_service);
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning());
        await _desk.LookAsync();
        await ResolveByHandAsync(AlertKind.PoolDegraded);
        await _desk.LookAsync();
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning() with { Severity = AlertSeverity.Critical });
        await _desk.LookAsync();
        await ResolveByHandAsync(AlertKind.PoolDegraded);
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning());
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning() with { Severity = AlertSeverity.Critical });
        await _desk.LookAsync();

        Assert.Equal(["opened", "resolved", "opened", "resolved"], Told.Events(_service));
        Assert.Equal([true, false], (await ListAsync()).Select(alert => alert.Stands));
    }

    [Fact]
    public async Task WhatHappens_AndAPersonResolved_IsOpenedByTheNextTime()
    {
        var stray = AlertDesk.Warning("stray:1") with { Kind = AlertKind.StrayCallback };
        await _desk.Alerts.RaiseAsync(stray);
        await ResolveByHandAsync(AlertKind.StrayCallback);
        await _desk.Alerts.RaiseAsync(stray);

        Assert.Equal([AlertStatus.Open, AlertStatus.Resolved], (await ListAsync()).Select(alert => alert.Status));
    }

    [Fact]
    public async Task MatchAlerts_RaisesWhatHolds_AndResolvesWhatIsOver_OfItsOwnAlone()
    {
        var match = new MatchAlerts(_desk.Alerts);
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning("other:1"));
        await match.RunAsync(AlertKind.PoolDegraded, "pool:", [AlertDesk.Warning("pool:1"), AlertDesk.Warning("pool:2")]);
        await match.RunAsync(AlertKind.PoolDegraded, "pool:", [AlertDesk.Warning("pool:2"), AlertDesk.Warning("pool:3")]);

        Assert.Equal(["other:1", "pool:2", "pool:3"], (await _desk.Alerts.StandingAsync(AlertKind.PoolDegraded)).Keys.Order());
        await Assert.ThrowsAsync<ArgumentException>(() => match.RunAsync(AlertKind.PoolDegraded, "pool:", [AlertDesk.Warning("other:1")]));
    }

    private async Task ResolveByHandAsync(AlertKind kind)
    {
        var alert = Assert.Single(await _desk.Alerts.StandingAsync(kind)).Value;
        Assert.Null((await _desk.Alerts.MoveAsync(alert.Id, AlertStatus.Resolved, new Actor("operator:li", null), "I know")).Refusal);
    }

    private Task<IReadOnlyList<Alert>> ListAsync() => _desk.Alerts.ListAsync(new AlertFilter(), long.MaxValue, 100, CancellationToken.None);
}

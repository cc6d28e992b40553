using System.Data.Common;
using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Alerts.Channels;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Infrastructure.Alerting;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Alerting;

/// <summary>From what is raised to what a service is told.</summary>
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
        var data = Told.Data(Assert.Single(_service.All));
        Assert.Equal((202, "supplier:acme", "critical", 10), (data.GetProperty("count").GetInt32(), data.GetProperty("group").GetString(), data.GetProperty("severity").GetString(), data.GetProperty("alerts").GetArrayLength()));
        Assert.Equal("""[{"amount":"2000.00","currency":"CNY"}]""", data.GetProperty("atStake").GetRawText());

        // What comes later, and is no worse, is an update.
        await RaiseOutageAsync(200, 20);
        await _desk.LookAfterAsync(TimeSpan.FromMinutes(9));
        Assert.Single(_service.All);
        await RaiseOutageAsync(220, 20);
        await _desk.LookAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(40, Told.Data(_service.All.ElementAt(1)).GetProperty("count").GetInt32());

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
        Assert.All(Told.Data(_service.All.Last()).GetProperty("alerts").EnumerateArray(), alert => Assert.Equal("resolved", alert.GetProperty("event").GetString()));
        Assert.Equal(242, Told.Data(_service.All.Last()).GetProperty("count").GetInt32());
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

        Assert.Equal(["opened", "resolved"], Told.Events(_service));
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

        Assert.Equal(["opened", "worsened", "resolved"], Told.Events(_service));
        Assert.Equal(["opened", "resolved"], Told.Events(pager));
        pager.Dispose();
    }

    [Fact]
    public async Task ChannelInChinese_SaysTheCauseInChinese()
    {
        _desk.Language = AlertLanguage.Chinese;
        _desk.Add(new HttpTransport(new WeComFormat(_service.Url), AlertDesk.Client(), _desk.Time, []), "duty");
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning());
        await _desk.LookAsync();

        var said = Assert.Single(_service.All).Body;
        Assert.Contains("Redis 无法连接。", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Redis is away.", said, StringComparison.Ordinal);
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
        var second = (await _desk.Alerts.StandingAsync(AlertKind.UnknownStuck))["unknown:2"];
        await _desk.Alerts.MoveAsync(second.Id, AlertStatus.Acknowledged, new Actor("operator:li", null), "on it");

        _desk.Time.Stall(TimeSpan.FromMinutes(14));
        Assert.Equal(0, await _desk.EscalateAsync());
        _desk.Time.Stall(TimeSpan.FromMinutes(2));
        using var other = _desk.Another();
        Assert.Equal(1, (await Task.WhenAll(_desk.EscalateAsync(), other.EscalateAsync())).Sum());
        Assert.Equal(0, await _desk.EscalateAsync());
        await _desk.LookAsync();
        Assert.Equal(["escalated"], Told.Events(boss));

        // The end is told to whoever was told of it, and of the others to nobody who was not.
        await _desk.Alerts.ResolveAsync("unknown:1");
        await _desk.Alerts.ResolveAsync("unknown:2");
        await _desk.LookAsync();
        Assert.Equal(["escalated", "resolved"], Told.Events(boss));
        Assert.DoesNotContain("escalated", Told.Events(_service));
    }

    [Fact]
    public async Task WarningThatIsLookedAfter_AndBecomesCritical_IsToldAgain_AndEscalated()
    {
        using var boss = new HttpReceiver();
        _desk.AddWebhook(_service);
        _desk.AddWebhook(boss, "boss", escalations: EscalationUse.Only);
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning());
        await _desk.LookAsync();
        var warning = Assert.Single(await _desk.Alerts.StandingAsync(AlertKind.PoolDegraded)).Value;
        await _desk.Alerts.MoveAsync(warning.Id, AlertStatus.Acknowledged, new Actor("operator:li", null), "it can wait");
        _desk.Time.Stall(TimeSpan.FromMinutes(1));
        await _desk.Alerts.RaiseAsync(AlertDesk.Warning() with { Severity = AlertSeverity.Critical });
        await _desk.LookAsync();

        var critical = Assert.Single(await _desk.Alerts.StandingAsync(AlertKind.PoolDegraded)).Value;
        Assert.Equal((warning.Id, AlertStatus.Open, null), (critical.Id, critical.Status, critical.Acknowledged));
        _desk.Time.Stall(TimeSpan.FromMinutes(16));
        Assert.Equal(1, await _desk.EscalateAsync());
        await _desk.LookAsync();
        Assert.Equal(["opened", "worsened"], Told.Events(_service));
        Assert.Equal(["escalated"], Told.Events(boss));
    }

    [Fact]
    public async Task TwoNodes_EscalateOnce_ThoughBothHaveFoundIt()
    {
        _desk.AddWebhook(_service, escalations: EscalationUse.Only);
        await _desk.Alerts.RaiseAsync(AlertDesk.Critical());
        _desk.Time.Stall(TimeSpan.FromMinutes(16));

        using var found = new Barrier(2);
        IDatabase[] nodes = [_desk.Database.Database, _desk.Database.OpenAnother(besideHost: true)];
        var escalated = await Task.WhenAll(nodes.Select(node =>
            new NotificationStore(new ReadTogether(node, found), new IdGenerator(_desk.Time), _desk.Time).EscalateAsync(AlertSeverity.Critical, _desk.Time.GetUtcNow().AddMinutes(-15))));
        await _desk.LookAsync();

        Assert.Equal(1, escalated.Sum());
        Assert.Equal(["escalated"], Told.Events(_service));
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
        Assert.Equal(20, Told.Events(_service).Count);
        Assert.Equal(20, (await _desk.Alerts.ListAsync(new AlertFilter(), long.MaxValue, 100, CancellationToken.None)).Count);
        Assert.Equal(20, await _desk.CountAsync("state = 20"));
    }

    private async Task RaiseOutageAsync(int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            await _desk.Alerts.RaiseAsync(AlertDesk.Critical($"unknown:{i}") with { Group = "supplier:acme", AtStake = new MoneyAtStake(new Money(100_000), "CNY") });
        }
    }

    // Nobody goes on before all have read.
    private sealed class ReadTogether(IDatabase inner, Barrier all) : IDatabase
    {
        public SqlDialect Dialect => inner.Dialect;

        public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation)
        {
            var found = await inner.ReadAsync(work, cancellation);
            await Task.Run(() => all.SignalAndWait(cancellation), cancellation);
            return found;
        }

        public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation) => inner.ReadSnapshotAsync(work, cancellation);

        public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority) => inner.WriteAsync(work, priority);

        public Task<T> WriteGuardedAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority) => inner.WriteGuardedAsync(work, priority);
    }
}

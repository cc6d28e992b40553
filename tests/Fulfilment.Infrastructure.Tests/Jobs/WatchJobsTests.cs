using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Jobs;

/// <summary>Each trouble raises one alert, once, and its end resolves it.</summary>
public sealed class WatchJobsTests : IAsyncLifetime
{
    private static readonly RecurringJob Job = new("a-job", JobSchedule.Each(TimeSpan.FromMinutes(1)), "A job.") { PausedMeans = new("Money waits.", "款项等待。") };

    private readonly ManualTimeProvider _time = new();
    private TestDatabase _database = null!;
    private JobStore _store = null!;
    private AlertStore _alerts = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        var ids = new IdGenerator(_time);
        ids.Use(new NodeLease(1, _time.GetUtcNow().ToUnixTimeMilliseconds(), long.MaxValue, long.MaxValue));
        (_store, _alerts) = (new JobStore(_database.Database, ids, _time), new AlertStore(_database.Database, ids, _time));
    }

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task JobThatFails_IsToldAtTheThirdTime_AndNotWithEachMore_UntilOneSucceeds()
    {
        await RecordAsync(failures: 2);
        Assert.Null(await LookAsync());

        await RecordAsync(failures: 3);
        var told = await LookAsync();
        await RecordAsync(failures: 7);
        var later = await LookAsync();
        Assert.Equal((AlertSeverity.Critical, 1L), (told!.Severity, told.Count));
        Assert.Contains("failed 3 times", told.Cause.English, StringComparison.Ordinal);
        Assert.Equal(told, later);
        await RecordAsync(failures: 25);
        Assert.Contains("failed 10 times", (await LookAsync())!.Cause.English, StringComparison.Ordinal);

        await RecordAsync(failures: 0);
        Assert.Null(await LookAsync());
    }

    [Fact]
    public async Task JobThatIsLongOverdue_IsTold_UntilItRuns()
    {
        await RecordAsync(failures: 0);
        _time.Advance(Job.Patience);
        Assert.Null(await LookAsync());
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains("has not run since", (await LookAsync())!.Cause.English, StringComparison.Ordinal);

        await RecordAsync(failures: 0);
        Assert.Null(await LookAsync());
    }

    [Fact]
    public async Task PausedJobThatGuardsMoney_IsTold_UntilItIsResumed()
    {
        await _store.PauseAsync(Job.Name, paused: true, "a look", new Actor("operator:li", null));
        var told = await LookAsync();
        Assert.Equal(AlertSeverity.Warning, told!.Severity);
        Assert.Contains("operator:li paused", told.Cause.English, StringComparison.Ordinal);
        Assert.Contains("Money waits.", told.Cause.English, StringComparison.Ordinal);

        await _store.PauseAsync(Job.Name, paused: false, "done", new Actor("operator:li", null));
        Assert.Null(await LookAsync());
    }

    private Task RecordAsync(int failures) =>
        _store.RecordAsync(new JobProgress(Job.Name, _time.GetUtcNow(), null, Job.Schedule.NextAfter(_time.GetUtcNow(), null!), failures, 1, null), null);

    private async Task<Alert?> LookAsync()
    {
        await new WatchJobs(_store, [new JobHandler(Job, _ => Task.FromResult<string?>(null))], new MatchAlerts(_alerts), _time).RunAsync(Cancellation);
        return (await _alerts.StandingAsync(AlertKind.JobFailing)).GetValueOrDefault("job:a-job");
    }
}

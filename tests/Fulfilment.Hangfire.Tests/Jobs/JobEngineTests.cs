using System.Collections.Concurrent;
using Fulfilment.Core.Jobs;
using Fulfilment.Hangfire.Jobs;
using Fulfilment.Host.Tests;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using RecurringJob = Fulfilment.Core.Jobs.RecurringJob;

namespace Fulfilment.Hangfire.Tests.Jobs;

/// <summary>Hangfire as an engine: it ticks, on however many servers, and what a run does to it.</summary>
public sealed class JobEngineTests : IAsyncDisposable
{
    private static readonly RecurringJob
        Fine = new("fine", JobSchedule.Each(TimeSpan.FromHours(1)), ""),
        Throws = new("throws", JobSchedule.Each(TimeSpan.FromHours(1)), ""),
        Hangs = new("hangs", JobSchedule.Each(TimeSpan.FromHours(1)), ""),
        Often = new("often", JobSchedule.Each(TimeSpan.FromMilliseconds(50)), "");

    private readonly TestStorage _storage = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(ServiceProvider Services, Task Running)> _nodes = [];

    [Fact]
    public async Task RunThatHangs_KeepsNoOtherWaiting()
    {
        var ticked = new ConcurrentQueue<string>();
        Start([Fine, Hangs], async (job, stop) =>
        {
            ticked.Enqueue(job);
            await (job == Hangs.Name ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask);
        });

        await TriggerAsync(Hangs);
        await TriggerAsync(Hangs);
        await Patience.UntilAsync(() => ticked.Contains(Hangs.Name));
        await TriggerAsync(Fine);
        await Patience.UntilAsync(() => ticked.Contains(Fine.Name));

        Assert.Single(ticked, job => job == Hangs.Name);
    }

    [Fact]
    public async Task TickThatThrows_IsNotRetriedByHangfire()
    {
        var ticked = 0;
        Start([Throws], (_, _) => Interlocked.Increment(ref ticked) > 0 ? throw new InvalidOperationException("It fails.") : Task.CompletedTask);

        await TriggerAsync(Throws);
        var monitor = _storage.GetMonitoringApi();
        await Patience.UntilAsync(() => monitor.DeletedListCount() == 1);

        Assert.Equal(1, ticked);
        Assert.Equal(0, monitor.ScheduledCount() + monitor.EnqueuedCount("default"));
    }

    [Fact]
    public async Task TwoServers_RunEachTickOnce_AndBothTakePart()
    {
        var ticks = new ConcurrentQueue<(int Node, string Job)>();
        Start([Fine], (job, _) => TickAsync(1, job));
        Start([Fine], (job, _) => TickAsync(2, job));
        var monitor = _storage.GetMonitoringApi();
        await Patience.UntilAsync(() => monitor.Servers().Count == 2);

        var client = new BackgroundJobClient(_storage);
        for (var i = 0; i < 40; i++)
        {
            client.Enqueue<RecurringTicks>(tick => tick.RunAsync($"job-{i}", CancellationToken.None));
        }

        await Patience.UntilAsync(() => monitor.SucceededListCount() >= 40);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"job-{i}").Order(), ticks.Select(tick => tick.Job).Where(job => job != Fine.Name).Order());
        Assert.Equal([1, 2], ticks.Select(tick => tick.Node).Distinct().Order());

        async Task TickAsync(int node, string job)
        {
            ticks.Enqueue((node, job));
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task WhatIsDueManyTimesAMinute_IsTickedInProcess_AlsoWithoutTheStorage()
    {
        _storage.IsDown = true;
        var ticked = 0;
        Start([Often], (_, _) => Task.FromResult(Interlocked.Increment(ref ticked)));

        await Patience.UntilAsync(() => Volatile.Read(ref ticked) > 5);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (services, running) in _nodes)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            await services.DisposeAsync();
        }

        _stop.Dispose();
    }

    private void Start(IReadOnlyList<RecurringJob> jobs, Func<string, CancellationToken, Task> tick)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(TimeProvider.System).AddSingleton<JobStorage>(_storage).AddSingleton<SignalQueue>();
        services.AddSingleton<IJobStore, NoRows>().AddSingleton(new Core.CardKeys.BusinessCalendar(TimeProvider.System, TimeZoneInfo.Utc));
        services.AddHangfireEngine(new HangfireOptions(null));
        var provider = services.BuildServiceProvider();
        _nodes.Add((provider, provider.GetRequiredService<IJobEngine>().RunAsync(jobs, tick, _stop.Token)));
    }

    private async Task TriggerAsync(RecurringJob job)
    {
        var manager = new RecurringJobManager(_storage);
        await Patience.UntilAsync(() => manager.TriggerJob(job.Name) is not null);
    }

    /// <summary>No job was ever paused.</summary>
    private sealed class NoRows : IJobStore
    {
        public Task<IReadOnlyList<JobState>> ListAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<JobState>>([]);

        public Task<JobState?> FindAsync(string name, CancellationToken cancellation) => Task.FromResult<JobState?>(null);

        public Task<JobState> RequestAsync(string name, Core.Auditing.Actor actor) => throw new NotSupportedException();

        public Task<JobState> PauseAsync(string name, bool paused, string reason, Core.Auditing.Actor actor) => throw new NotSupportedException();

        public Task RecordAsync(JobProgress? progress, JobRun? run) => throw new NotSupportedException();

        public Task<IReadOnlyList<JobRun>> RunsAsync(string name, int limit, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<int> ForgetRunsAsync(DateTimeOffset before, int mostOfAJob) => throw new NotSupportedException();
    }
}

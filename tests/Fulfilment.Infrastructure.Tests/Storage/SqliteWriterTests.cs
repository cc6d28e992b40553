using System.Diagnostics;
using Dapper;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

[Trait("Engine", "Sqlite")]
public sealed class SqliteWriterTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(WritePriority.Prompt)]
    [InlineData(WritePriority.Background)]
    public async Task FailingJob_IsUndoneAlone(WritePriority priority)
    {
        using var gate = new ManualResetEventSlim();
        var first = InsertAsync("first", priority, gate.Wait);
        var failing = InsertAsync("failing", priority, () => throw new InvalidDataException());
        var last = InsertAsync("last", priority);
        gate.Set();

        await Assert.ThrowsAsync<InvalidDataException>(() => failing);
        await Task.WhenAll(first, last);
        Assert.Equal("first,last", await NamesAsync());
    }

    [Fact]
    public async Task FailingBulkJob_TakesTheBulkJobsBeforeItAlong_AndNothingElse()
    {
        using var gate = new ManualResetEventSlim();
        var before = InsertAsync("before", WritePriority.Bulk, gate.Wait);
        var failing = InsertAsync("failing", WritePriority.Bulk, () => throw new InvalidDataException());
        var prompt = InsertAsync("prompt", WritePriority.Prompt);
        gate.Set();

        await Assert.ThrowsAsync<InvalidDataException>(() => failing);

        // Undone only if it shared the transaction, which depends on how long the gate stood; told in either case.
        var kept = await Task.WhenAny(before) is { IsCompletedSuccessfully: true };
        await prompt;
        Assert.Equal(kept ? "before,prompt" : "prompt", await NamesAsync());
    }

    [Fact]
    public async Task PromptJobsWithoutEnd_DoNotPutOffTheCommit()
    {
        using var gate = new ManualResetEventSlim();
        var first = InsertAsync("first", WritePriority.Prompt, gate.Wait);
        var others = Enumerable.Range(0, 1_500).Select(_ => _database.Database.WriteAsync(_ => Task.FromResult(0))).ToList();
        var last = _database.Database.WriteAsync(_ => Task.FromResult(SpinWait.SpinUntil(() => first.IsCompleted, TimeSpan.FromSeconds(30))));
        gate.Set();

        Assert.True(await last, "The first job is answered before the last one runs.");
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task PromptJob_WaitsForHardlyMoreThanTheBulkJobUnderWay()
    {
        var order = new List<string>();
        using var started = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        var jobs = new List<Task> { RunAsync("bulk", WritePriority.Bulk, started, gate) };
        for (var i = 0; i < 200; i++)
        {
            jobs.Add(RunAsync("bulk", WritePriority.Bulk));
        }

        started.Wait(TestContext.Current.CancellationToken);
        jobs.Add(RunAsync("prompt", WritePriority.Prompt));
        gate.Set();
        await Task.WhenAll(jobs);

        Assert.InRange(order.IndexOf("prompt"), 1, 20);

        Task<int> RunAsync(string name, WritePriority priority, ManualResetEventSlim? tell = null, ManualResetEventSlim? wait = null) => _database.Database.WriteAsync(
            _ =>
            {
                order.Add(name);
                tell?.Set();
                wait?.Wait();
                for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun).TotalMilliseconds < 2;)
                {
                    // A slice takes its time.
                }

                return Task.FromResult(0);
            },
            priority);
    }

    [Fact]
    public async Task PromptJob_GoesBeforeBackgroundJobsThatWait()
    {
        var order = new List<string>();
        using var gate = new ManualResetEventSlim();
        var jobs = new List<Task> { RunAsync("first", WritePriority.Prompt, gate.Wait) };
        jobs.AddRange(Enumerable.Range(0, 20).Select(_ => RunAsync("background", WritePriority.Background)));
        jobs.Add(RunAsync("prompt", WritePriority.Prompt));
        gate.Set();
        await Task.WhenAll(jobs);

        Assert.Equal(["first", "prompt"], order[..2]);

        Task<int> RunAsync(string name, WritePriority priority, Action? then = null) => _database.Database.WriteAsync(
            _ =>
            {
                order.Add(name);
                then?.Invoke();
                return Task.FromResult(0);
            },
            priority);
    }

    [Fact]
    public async Task BackgroundJobs_PutOffThePromptJobsCommitByHardlyMoreThanOne()
    {
        using var gate = new ManualResetEventSlim();
        var prompt = InsertAsync("prompt", WritePriority.Prompt, gate.Wait);
        var background = Enumerable.Range(0, 10).Select(_ => _database.Database.WriteAsync(
            _ =>
            {
                for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun).TotalMilliseconds < 2;)
                {
                    // An outcome takes its time.
                }

                return Task.FromResult(prompt.IsCompleted);
            },
            WritePriority.Background)).ToList();
        gate.Set();

        var afterCommit = await Task.WhenAll(background);
        Assert.Equal([false, .. Enumerable.Repeat(true, 9)], afterCommit);
    }

    [Theory]
    [InlineData(WritePriority.Background)]
    [InlineData(WritePriority.Bulk)]
    public async Task OtherJobs_AreDone_WhilePromptJobsNeverEnd(WritePriority priority)
    {
        using var stop = new CancellationTokenSource();
        var prompts = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                await _database.Database.WriteAsync(connection => connection.ExecuteAsync("UPDATE change_counters SET value = value + 1 WHERE name = 'stock'"));
            }
        }));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => InsertAsync($"other{i:D2}", priority)));

        await stop.CancelAsync();
        await prompts;
        Assert.Equal(20, (await NamesAsync()).Split(',').Length);
    }

    private Task<int> InsertAsync(string name, WritePriority priority, Action? then = null) => _database.Database.WriteAsync(
        async connection =>
        {
            var inserted = await connection.ExecuteAsync("INSERT INTO settings (name, value) VALUES (@name, '')", new { name });
            then?.Invoke();
            return inserted;
        },
        priority);

    private async Task<string> NamesAsync() => await _database.ScalarAsync<string>("SELECT group_concat(name, ',') FROM (SELECT name FROM settings ORDER BY name)") ?? "";
}

using Fulfilment.Core.Jobs;

namespace Fulfilment.Infrastructure.Tests.Jobs;

/// <summary>A job that does what a test says, and knows how often it began.</summary>
internal sealed class TestJob(JobSchedule schedule, string name = "a-job")
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public TestJob()
        : this(JobSchedule.Each(Period))
    {
    }

    public RecurringJob Row { get; init; } = new(name, schedule, "A job.");

    /// <summary>Released by each run when it begins.</summary>
    public SemaphoreSlim Runs { get; } = new(0);

    /// <summary>Released by each run that is cancelled.</summary>
    public SemaphoreSlim BrokenOff { get; } = new(0);

    public int Count { get; private set; }

    public int Running { get; private set; }

    public bool Lasts { get; set; }

    public bool Fails { get; set; }

    public string? Did { get; set; }

    /// <summary>What a run waits for, whatever it is told.</summary>
    public Task? Deaf { get; init; }

    public Action Began { get; init; } = () => { };

    public async Task<string?> RunAsync(CancellationToken stopping)
    {
        (Count, Running) = (Count + 1, Running + 1);
        Began();
        Runs.Release();
        try
        {
            if (Fails)
            {
                throw new InvalidOperationException("as asked");
            }

            await (Deaf ?? Task.CompletedTask);
            await (Lasts ? Task.Delay(Timeout.InfiniteTimeSpan, stopping) : Task.CompletedTask);
            return Did;
        }
        catch (OperationCanceledException)
        {
            BrokenOff.Release();
            throw;
        }
        finally
        {
            Running--;
        }
    }
}

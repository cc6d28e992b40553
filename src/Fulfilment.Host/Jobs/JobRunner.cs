using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host.Jobs;

/// <summary>Runs the recurring jobs whose leases this node gets, until the host stops.</summary>
internal sealed class JobRunner(IEnumerable<IRecurringJob> jobs, JobLeaseStore store, JobsHealth health, TimeProvider time, ILogger<JobRunner> log)
{
    public async Task RunAsync(CancellationToken stopping)
    {
        await using var leases = new JobLeaseKeeper(store, [.. jobs.Select(job => job.Name)], time, log);
        await Task.WhenAll(jobs.Select(job => new JobLoop(job, leases, health, time, log).RunAsync(stopping)).Append(leases.KeepAsync(stopping)));
    }
}

internal static class JobServices
{
    /// <summary>Adds a job, which runs on nodes that run jobs at all: see <see cref="AddJobRunner"/>.</summary>
    public static IServiceCollection AddJob<T>(this IServiceCollection services)
        where T : class, IRecurringJob =>
        services.AddSingleton<IRecurringJob, T>();

    /// <summary>Lets this node take part in running the jobs.</summary>
    public static IServiceCollection AddJobRunner(this IServiceCollection services)
    {
        services.AddSingleton<JobRunner>();
        services.AddLoop(provider => provider.GetRequiredService<JobRunner>().RunAsync);
        return services;
    }
}

using System.Globalization;
using Fulfilment.Core.Jobs;
using Fulfilment.Host.Jobs;
using Fulfilment.Infrastructure.Jobs;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fulfilment.Host;

/// <summary>The recurring jobs, and what makes due work prompt.</summary>
internal static class JobsSetup
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<IJobStore, JobStore>().AddSingleton<JobSignals>().AddSingleton<JobsHealth>();
        services.AddSingleton<SignalQueue>();
        services.TryAddSingleton<IJobQueue>(provider => provider.GetRequiredService<SignalQueue>());
        services.TryAddSingleton<IJobEngine, QuartzJobEngine>();
        return services;
    }

    /// <summary>Adds what carries out a job of the table, with a sentence about what it did, or null; it runs on nodes that run jobs at all: see <see cref="AddJobRunner"/>.</summary>
    public static IServiceCollection AddJob<T>(this IServiceCollection services, RecurringJob job, Func<T, CancellationToken, Task<string?>> run)
        where T : class
    {
        services.AddSingleton(provider =>
        {
            // Only when it runs: a node that runs no jobs makes none of it.
            var handler = new Lazy<T>(provider.GetRequiredService<T>);
            return new JobHandler(job, stopping => run(handler.Value, stopping));
        });
        return services;
    }

    /// <summary>The same for what counts what it did: <c>12 card keys were expired.</c></summary>
    public static IServiceCollection AddJob<T>(this IServiceCollection services, RecurringJob job, string did, Func<T, CancellationToken, Task<long>> run)
        where T : class =>
        services.AddJob<T>(job, async (handler, stopping) =>
            await run(handler, stopping) is > 0 and var count ? string.Create(CultureInfo.InvariantCulture, $"{count} {did}.") : null);

    /// <summary>Lets this node take part in running the jobs.</summary>
    public static IServiceCollection AddJobRunner(this IServiceCollection services)
    {
        services.AddSingleton<JobRunner>().AddSingleton<JobEngineLoop>();
        services.AddLoop(provider => provider.GetRequiredService<JobRunner>().RunAsync);
        services.AddLoop(provider => provider.GetRequiredService<JobEngineLoop>().RunAsync);
        return services;
    }
}

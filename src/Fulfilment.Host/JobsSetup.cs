using System.Globalization;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Dashboard;
using Fulfilment.Host.Jobs;
using Fulfilment.Infrastructure.Jobs;
using Fulfilment.Infrastructure.Pool;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fulfilment.Host;

/// <summary>The recurring jobs, and what makes due work prompt.</summary>
internal static class JobsSetup
{
    public const string Provider = "Jobs:Provider", Quartz = "Quartz", Hangfire = "Hangfire";

    /// <summary>Whether the settings choose Hangfire, which brings a dashboard.</summary>
    public static bool UsesHangfire(IConfiguration configuration) => string.Equals(configuration[Provider], Hangfire, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="SetupException">The engine that is chosen cannot be had.</exception>
    public static IServiceCollection AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IJobStore, JobStore>().AddSingleton<JobSignals>().AddSingleton<JobsHealth>();
        services.AddSingleton<SignalQueue>();
        if (UsesHangfire(configuration))
        {
            HangfireSetup.AddTo(services, configuration);
        }

        services.TryAddSingleton<IJobQueue>(provider => provider.GetRequiredService<SignalQueue>());
        services.TryAddSingleton<IJobEngine, QuartzJobEngine>();
        services.AddSingleton<SteerJob>();
        services.AddSingleton<WatchJobs>().AddJob<WatchJobs>(RecurringJobs.WatchJobs, (watch, stop) => watch.RunAsync(stop));
        services.AddSingleton<ForgetJobRuns>().AddJob<ForgetJobRuns>(RecurringJobs.ForgetRuns, "records of runs were deleted", (forget, stop) => forget.RunAsync(stop));
        services.AddSingleton<WatchLedger>().AddJob<WatchLedger>(RecurringJobs.CheckLedger, (watch, stop) => watch.RunAsync(stop));
        services.AddSingleton<WatchCustody>().AddJob<WatchCustody>(RecurringJobs.VerifyCustody, (watch, stop) => watch.RunAsync(stop));
        services.AddSingleton<WatchBalances>().AddJob<WatchBalances>(RecurringJobs.Balances, (watch, stop) => watch.RunAsync(stop));
        services.AddSingleton<AuditPool>().AddJob<AuditPool>(RecurringJobs.AuditPool, (audit, stop) => audit.RunAsync(stop));
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

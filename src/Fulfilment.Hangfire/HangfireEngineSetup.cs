using Fulfilment.Core.Jobs;
using Fulfilment.Hangfire.Dashboard;
using Fulfilment.Hangfire.Jobs;
using Hangfire;
using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.SqlServer;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Hangfire;

/// <summary>Hangfire as the job engine: keeps the time of the recurring jobs, and shows them and every later look at a unit or a webhook on its dashboard.</summary>
public static class HangfireEngineSetup
{
    /// <summary>Adds Hangfire as the engine and the queue, in front of the <see cref="SignalQueue"/> of the process.</summary>
    public static IServiceCollection AddHangfireEngine(this IServiceCollection services, HangfireOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        // Before AddHangfire, which would take both from what is shared by the whole process.
        services.TryAddSingleton(_ => Open(options));
        services.AddSingleton<IJobFilterProvider>(_ => Filters());
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UseLogProvider(new HangfireLog(provider.GetRequiredService<ILoggerFactory>())));

        services.AddSingleton<RecurringTicks>().AddSingleton<RecurringList>().AddSingleton<ScheduledLooks>().AddSingleton<OrderChains>();
        services.AddSingleton<IJobEngine, HangfireJobEngine>();
        services.AddSingleton<ShownBudget>().AddSingleton<HangfireQueue>().AddSingleton<IJobQueue>(provider => provider.GetRequiredService<HangfireQueue>());
        services.AddHostedService<QueueWriter>();
        services.AddSingleton<DashboardFigures>();
        return services;
    }

    private static JobStorage Open(HangfireOptions options) => options.ConnectionString is { } connection
        ? new SqlServerStorage(connection, new SqlServerStorageOptions
        {
            SchemaName = HangfireOptions.Schema,
            SqlClientFactory = SqlClientFactory.Instance,
            // What waits here is swept by the rows; an idle host need not ask all the time.
            QueuePollInterval = TimeSpan.FromSeconds(1),
        })
        : new InMemoryStorage();

    // Those of Hangfire but the automatic retry: whether something is tried again is for our row to say.
    private static JobFilterProviderCollection Filters()
    {
        var filters = new JobFilterCollection();
        filters.Add(new CaptureCultureAttribute());
        // Deleted and not failed: Hangfire keeps failed jobs for ever.
        filters.Add(new AutomaticRetryAttribute { Attempts = 0, LogEvents = false, OnAttemptsExceeded = AttemptsExceededAction.Delete });
        filters.Add(new StatisticsHistoryAttribute());
        return new JobFilterProviderCollection(filters, new JobFilterAttributeFilterProvider());
    }
}

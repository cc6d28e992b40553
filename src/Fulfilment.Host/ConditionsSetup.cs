using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Jobs;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Backups;

namespace Fulfilment.Host;

/// <summary>What looks for conditions that somebody should know of.</summary>
internal static class ConditionsSetup
{
    public static IServiceCollection AddConditions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions(configuration);
        services.AddSingleton<IStockHistory, StockHistory>().AddWatch<WatchStock>(RecurringJobs.Stock);
        services.AddSingleton<IExpiringStock, ExpiringStockReader>().AddWatch<WatchExpiringStock>(RecurringJobs.ExpiringStock);
        services.AddSingleton<IDuplicateCounts, DuplicateCounts>().AddWatch<WatchDuplicates>(RecurringJobs.Duplicates);
        services.AddSingleton<ISupplierRecord, SupplierRecord>().AddWatch<WatchSuppliers>(RecurringJobs.SupplierResults);
        services.AddSingleton<ILiveHosts, LiveHosts>().AddWatch<ForgetGoneHosts>(RecurringJobs.GoneHosts);
        services.AddWatch<WatchBackups>(RecurringJobs.Backups);
        if (StorageSetup.IsSqlServer(configuration))
        {
            services.AddSingleton<IBackupRecord, SqlServerBackupRecord>();
        }
        else
        {
            services.AddSingleton<IBackupRecord, SqliteBackupRecord>();
        }

        services.AddSingleton<IHostDisk>(_ => new HostDisk(configuration[Settings.StoragePath]!)).AddSingleton<WatchDisk>();
        services.AddSingleton<ISharedClock, DatabaseClock>().AddSingleton(provider => ActivatorUtilities.CreateInstance<WatchClock>(provider, Environment.MachineName)).AddSingleton<WatchBreakers>();
        services.AddSingleton<HostWatch>();
        services.AddLoop(provider => provider.GetRequiredService<HostWatch>().RunAsync);
        return services;
    }

    private static void AddOptions(this IServiceCollection services, IConfiguration configuration)
    {
        var (stock, expiry, duplicates) = (new StockWatchOptions(), new ExpiryWatchOptions(), new DuplicateWatchOptions());
        var (suppliers, backups, disk) = (new SupplierWatchOptions(), new BackupWatchOptions(), new DiskWatchOptions());
        services.AddSingleton(new StockWatchOptions(Settings.AboveZero(configuration, "Stock:LowDays", stock.LowDays)));
        services.AddSingleton(new ExpiryWatchOptions(Settings.AboveZero(configuration, "Stock:ExpiringDays", expiry.Days)));
        services.AddSingleton(new DuplicateWatchOptions(
            Settings.AboveZero(configuration, "Imports:AlertDuplicatePercent", duplicates.Percent), Settings.AboveZero(configuration, "Imports:AlertDuplicates", duplicates.AtLeast)));
        services.AddSingleton(new SupplierWatchOptions(
            Settings.AboveZero(configuration, "Suppliers:AlertFailurePercent", suppliers.FailurePercent),
            Settings.AboveZero(configuration, "Suppliers:AlertAtLeast", suppliers.AtLeast),
            Settings.AboveZero(configuration, "Suppliers:AlertUnknownMinutes", suppliers.UnknownMinutes)));
        services.AddSingleton(new BackupWatchOptions(Settings.AboveZero(configuration, "Backups:AlertHours", backups.Hours)));
        services.AddSingleton(new DiskWatchOptions(Settings.AboveZero(configuration, "Disk:AlertFreePercent", disk.FreePercent)));
    }

    private static IServiceCollection AddWatch<T>(this IServiceCollection services, RecurringJob job)
        where T : class, IConditionWatch =>
        services.AddSingleton<T>().AddJob<T>(job, async (watch, stopping) =>
        {
            await watch.LookAsync(stopping);
            return null;
        });
}

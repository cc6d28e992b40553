using Fulfilment.Core.Jobs;
using Fulfilment.Core.Suppliers.Products;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>The catalogue's following of what suppliers sell.</summary>
internal static class ProductsSetup
{
    public static IServiceCollection AddProducts(this IServiceCollection services, IConfiguration configuration)
    {
        var every = TimeSpan.FromMinutes(Settings.AboveZero(configuration, "Suppliers:ProductsMinutes", (int)RecurringJobs.Products.Schedule.Period.TotalMinutes));
        services.AddSingleton<ISupplierProductStore, SupplierProductStore>().AddSingleton<WatchPrices>()
            .AddJob<WatchPrices>(RecurringJobs.Prices, WatchPricesAsync);
        return services.AddSingleton<SyncProducts>().AddSingleton<ReplaceMarkUps>().AddSingleton<FollowProducts>()
            .AddJob<FollowProducts>(RecurringJobs.Products with { Schedule = JobSchedule.Each(every) }, (follow, stop) => follow.RunAsync(stop));
    }

    // The alerts say what there is to say.
    private static async Task<string?> WatchPricesAsync(WatchPrices prices, CancellationToken stop)
    {
        await prices.RunAsync();
        return null;
    }
}

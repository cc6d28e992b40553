using Fulfilment.Core.Suppliers.Products;
using Fulfilment.Host.Jobs;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>The catalogue's following of what suppliers sell.</summary>
internal static class ProductsSetup
{
    public static IServiceCollection AddProducts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new ProductWatchOptions(TimeSpan.FromMinutes(Settings.AboveZero(configuration, "Suppliers:ProductsMinutes", 60))));
        services.AddSingleton<ISupplierProductStore, SupplierProductStore>().AddSingleton<WatchPrices>();
        return services.AddSingleton<SyncProducts>().AddSingleton<ReplaceMarkUps>().AddJob<ProductWatch>();
    }
}

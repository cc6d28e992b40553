using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Api;
using Fulfilment.Host.Api.Admin;
using Fulfilment.Suppliers;
using Fulfilment.Suppliers.Declarative;
using Fulfilment.Suppliers.OwnContract;

namespace Fulfilment.Host;

/// <summary>The suppliers that can be called, and the adapters by which they are.</summary>
internal static class SuppliersSetup
{
    public static IServiceCollection AddSuppliers(this IServiceCollection services)
    {
        services.AddSingleton<ISupplierAdapter, ContractAdapter>().AddSingleton<ISupplierAdapter, DeclarativeAdapter>();
        services.AddSingleton<SupplierAdapters>().AddSingleton<ISupplierAdapters>(provider => provider.GetRequiredService<SupplierAdapters>());
        services.AddSingleton<SupplierSettings>().AddSingleton<PauseSupplier>();
        services.AddSingleton<SupplierDirectory>().AddSingleton<ISuppliers>(provider => provider.GetRequiredService<SupplierDirectory>());
        services.AddSingleton<CallbackRates>().AddSingleton<SupplierView>();
        return services;
    }
}

using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Api.Admin;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>What people do with units: the manual queue, unknowns that no query can settle, and what does not match.</summary>
internal static class ManualSetup
{
    public static IServiceCollection AddManual(this IServiceCollection services)
    {
        services.AddSingleton<CarryOut>().AddSingleton<TakeUnit>().AddSingleton<DeliverByHand>().AddSingleton<SettleUnknown>().AddSingleton<DecideUnit>();
        services.AddSingleton<ResubmitUnit>().AddSingleton<IUnitOverview, UnitOverview>().AddSingleton<LookAtUnit>();
        services.AddSingleton<UnitPresenter>().AddSingleton<MaskedAnswers>().AddSingleton<IStrayCallbackStore, StrayCallbackStore>().AddSingleton<LookAtStrayCallbacks>();
        return services.AddSingleton<IDiscrepancyStore, DiscrepancyStore>().AddSingleton<ResolveDiscrepancy>().AddSingleton<RevealQuarantined>();
    }
}

using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>What happens to card keys between their import and the end of their life.</summary>
internal static class CardKeySetup
{
    /// <summary>What commands need of it too.</summary>
    public static IServiceCollection AddCardKeyMoves(this IServiceCollection services) =>
        services.AddSingleton<CardKeyMover>().AddSingleton<ICardKeyLookup, CardKeyLookup>();

    public static IServiceCollection AddCardKeyLife(this IServiceCollection services)
    {
        services.AddSingleton<IBatchLifeStore, BatchLifeStore>().AddSingleton<WithdrawBatch>();
        services.AddSingleton<ChangeCardKey>().AddSingleton<FindCardKey>();
        services.AddSingleton<VoidWithdrawnBatches>()
            .AddJob<VoidWithdrawnBatches>(RecurringJobs.WithdrawnBatches, "card keys were voided", (withdrawn, stop) => withdrawn.RunAsync(stop));
        services.AddSingleton<ExpireCardKeys>()
            .AddJob<ExpireCardKeys>(RecurringJobs.Expiry, "card keys were expired", (expiry, stop) => expiry.RunAsync(stop));
        return services;
    }
}

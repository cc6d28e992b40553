using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Host;

/// <summary>What happens to card keys between their import and the end of their life.</summary>
internal static class CardKeySetup
{
    public static IServiceCollection AddCardKeyLife(this IServiceCollection services)
    {
        services.AddSingleton<IBatchLifeStore, BatchLifeStore>().AddSingleton<WithdrawBatch>();
        services.AddSingleton<ICardKeyLifeStore, SqliteCardKeyLifeStore>().AddSingleton<CardKeyMover>().AddSingleton<ChangeCardKey>();
        services.AddSingleton<ICardKeyLookup, CardKeyLookup>().AddSingleton<FindCardKey>();
        services.AddSingleton<VoidWithdrawnBatches>().AddSingleton<ExpireCardKeys>();
        services.AddSingleton<CardKeyWatch>();
        services.AddLoop(provider => provider.GetRequiredService<CardKeyWatch>().RunAsync);
        return services;
    }
}

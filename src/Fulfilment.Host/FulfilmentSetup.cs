using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Jobs;
using Fulfilment.Host.Jobs;

namespace Fulfilment.Host;

/// <summary>What sees units through that were not delivered at intake.</summary>
internal static class FulfilmentSetup
{
    private const string SendWithin = "Fulfilment:SendWithinSeconds", LookEvery = "Fulfilment:PollMilliseconds", MostAtOnce = "Fulfilment:MostAtOnce",
        SweepAfter = "Fulfilment:SweepMinutes";

    public static IServiceCollection AddFulfilment(this IServiceCollection services, IConfiguration configuration)
    {
        var defaults = FulfilmentOptions.Default;
        services.AddSingleton(new FulfilmentOptions(
            TimeSpan.FromSeconds(Settings.AboveZero(configuration, SendWithin, defaults.SendWithin.TotalSeconds)),
            TimeSpan.FromMilliseconds(Settings.AboveZero(configuration, LookEvery, defaults.LookEvery.TotalMilliseconds)),
            Settings.AboveZero(configuration, MostAtOnce, defaults.MostAtOnce),
            TimeSpan.FromMinutes(Settings.AboveZero(configuration, SweepAfter, defaults.SweepAfter.TotalMinutes))));
        services.AddSingleton<StockIssuedCode>().AddSingleton<Contradictions>().AddSingleton<DeliverIssued>().AddSingleton<RecordOutcome>();
        services.AddSingleton<ChooseRoute>().AddSingleton<TakeStep>().AddSingleton<SubmissionContent>();
        services.AddSingleton<FulfilUnit>().AddSingleton<SubmitAttempt>().AddSingleton<ResolveAttempt>().AddSingleton<AcceptCallback>();
        services.AddSingleton<WatchOrders>().AddJob<WatchOrders>(RecurringJobs.OpenOrders, WatchOpenAsync);
        return services;
    }

    // Open orders are looked at all day, which is no news; what is wrong with one raises an alert.
    private static async Task<string?> WatchOpenAsync(WatchOrders orders, CancellationToken stop)
    {
        await orders.RunAsync(stop);
        return null;
    }

    /// <summary>Lets this node see units through.</summary>
    public static IServiceCollection AddFulfilmentWorker(this IServiceCollection services)
    {
        services.AddSingleton<FulfilmentWorker>();
        services.AddLoop(provider => provider.GetRequiredService<FulfilmentWorker>().RunAsync);
        return services;
    }
}

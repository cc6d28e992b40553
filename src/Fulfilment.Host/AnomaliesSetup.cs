using System.Globalization;
using Fulfilment.Core.Anomalies;
using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>What watches over order flow.</summary>
internal static class AnomaliesSetup
{
    private const string Weeks = "Anomalies:Weeks", WarmUpWeeks = "Anomalies:WarmUpWeeks", MinimumOrders = "Anomalies:MinimumOrders", Score = "Anomalies:Score";

    public static IServiceCollection AddAnomalies(this IServiceCollection services, IConfiguration configuration)
    {
        var defaults = new FlowWatchOptions();
        var options = new FlowWatchOptions(
            Settings.AboveZero(configuration, Weeks, defaults.Weeks),
            Settings.AboveZero(configuration, WarmUpWeeks, defaults.WarmUpWeeks),
            Settings.AboveZero(configuration, MinimumOrders, defaults.MinimumOrders),
            Settings.AboveZero(configuration, Score, defaults.Score));
        if (options.Weeks > FlowWatchOptions.MostWeeks || options.WarmUpWeeks > options.Weeks)
        {
            throw new SetupException($"{Weeks} = {options.Weeks} and {WarmUpWeeks} = {options.WarmUpWeeks}: at most {FlowWatchOptions.MostWeeks} weeks are kept, and no more can be waited for than are kept.");
        }

        services.AddSingleton(options).AddSingleton<IOrderFlow, OrderFlowStore>();
        services.AddSingleton<FlowDetector>().AddSingleton<DescribeFlow>().AddSingleton<KeepFlow>().AddSingleton<WatchOrderFlow>();
        return services.AddJob<WatchOrderFlow>(RecurringJobs.OrderFlow, async (watch, stop) =>
            await watch.RunAsync(stop) is > 0 and var count ? string.Create(CultureInfo.InvariantCulture, $"{count} anomalies go on.") : null);
    }
}

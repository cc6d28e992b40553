using Fulfilment.Core.Auditing;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Privacy;

namespace Fulfilment.Host;

/// <summary>What watches over people's data and over what people do.</summary>
internal static class PeopleSetup
{
    private const string RetentionDays = "Privacy:RetentionDays";

    public static IServiceCollection AddPeople(this IServiceCollection services, IConfiguration configuration)
    {
        var defaults = new RevealWatchOptions();
        services.AddSingleton(new RevealWatchOptions(
            Settings.AboveZero(configuration, "Reveals:AlertAtLeast", defaults.AtLeast),
            Settings.AboveZero(configuration, "Reveals:AlertFactor", defaults.Factor),
            Settings.AboveZero(configuration, "Reveals:WarmUpHours", defaults.WarmUpHours)));
        services.AddSingleton<WatchReveals>()
            .AddJob<WatchReveals>(RecurringJobs.Reveals, "keys have shown an unusual number of codes", async (reveals, stop) => await reveals.RunAsync(stop));

        services.AddSingleton(new RetentionOptions(
            string.IsNullOrEmpty(configuration[RetentionDays]) ? null : Settings.AboveZero(configuration, RetentionDays, normal: 0)));
        services.AddSingleton<EraseAfterTerm>()
            .AddJob<EraseAfterTerm>(RecurringJobs.Retention, "orders whose term had ended lost their personal data", async (erase, stop) => await erase.RunAsync(stop));
        return services;
    }
}

using Fulfilment.Core.Auditing;

namespace Fulfilment.Host;

/// <summary>What watches over people's data and over what people do.</summary>
internal static class PeopleSetup
{
    public static IServiceCollection AddPeople(this IServiceCollection services, IConfiguration configuration)
    {
        var defaults = new RevealWatchOptions();
        services.AddSingleton(new RevealWatchOptions(
            Settings.AboveZero(configuration, "Reveals:AlertAtLeast", defaults.AtLeast),
            Settings.AboveZero(configuration, "Reveals:AlertFactor", defaults.Factor),
            Settings.AboveZero(configuration, "Reveals:WarmUpHours", defaults.WarmUpHours)));
        services.AddSingleton<WatchReveals>().AddSingleton<RevealWatch>();
        services.AddLoop(provider => provider.GetRequiredService<RevealWatch>().RunAsync);
        return services;
    }
}

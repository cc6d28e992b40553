namespace Fulfilment.Host.Dashboard;

/// <summary>Stands for Hangfire in a build of the basic package set, which has not its packages.</summary>
internal static class HangfireSetup
{
    /// <exception cref="SetupException">Always.</exception>
    public static void AddTo(IServiceCollection services, IConfiguration configuration) => throw new SetupException(
        "Jobs:Provider = Hangfire needs the full package set, and this host was built without it. Build it with -p:FullPackages=true where the whole NuGet gallery is in reach, or set Jobs:Provider to Quartz.");

    public static void Map(WebApplication app) => throw new InvalidOperationException("There is no dashboard without Hangfire.");
}

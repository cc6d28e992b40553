using Fulfilment.Core.Storefronts;
using Fulfilment.Hangfire;
using Fulfilment.Hangfire.Dashboard;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host.Dashboard;

/// <summary>Hangfire as the job engine, and its dashboard. Of the full package set; <c>HangfireAbsent.cs</c> stands in its place in the other.</summary>
internal static class HangfireSetup
{
    private const string Storage = "Jobs:Hangfire:Storage", InMemory = "InMemory", SqlServer = "SqlServer";

    /// <exception cref="SetupException">It has nowhere to keep its jobs.</exception>
    public static void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        services.AddHangfireEngine(new HangfireOptions(ConnectionString(configuration)));
        services.AddSingleton<EndedSessions>().AddSingleton<DashboardSessions>().AddSingleton<DashboardCommands>().AddSingleton<SessionAntiforgery>();
    }

    public static void Map(WebApplication app)
    {
        var dashboard = ((IEndpointRouteBuilder)app).CreateApplicationBuilder()
            .UsePathBase(DashboardPath.Root)
            .UseMiddleware<DashboardGuard>()
            .UseFulfilmentDashboard($"{DashboardPath.Root}{DashboardPath.SignOut}", http => !Caller.Of(http).Has(Scopes.Admin))
            .Build();
        app.Map($"{DashboardPath.Root}/{{**path}}", dashboard).ExcludeFromDescription();
    }

    private static string? ConnectionString(IConfiguration configuration)
    {
        var isSqlServer = StorageSetup.IsSqlServer(configuration);
        var chosen = configuration[Storage] ?? (isSqlServer ? SqlServer : "");
        if (string.Equals(chosen, InMemory, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (!string.Equals(chosen, SqlServer, StringComparison.OrdinalIgnoreCase) && chosen.Length > 0)
        {
            throw new SetupException($"{Storage} = \"{chosen}\" is not known. Set it to {SqlServer} or {InMemory}, or leave it out.");
        }

        return isSqlServer
            ? configuration["Storage:ConnectionString"]
            : throw new SetupException($"Jobs:Provider = Hangfire keeps its jobs in the engine's SQL Server. With Storage:Provider = Sqlite set {Storage} = {InMemory} to try it, or Jobs:Provider to Quartz.");
    }
}

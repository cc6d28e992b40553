using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.OpenApi;

namespace Fulfilment.Host.Api;

/// <summary>What every endpoint of the API has in common.</summary>
internal static class ApiSetup
{
    public static IServiceCollection AddApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new BootstrapKey(configuration));
        services.AddSingleton<Authenticator>().AddSingleton<Importers>();
        services.ConfigureHttpJsonOptions(http => ApiJson.Configure(http.SerializerOptions));
        services.AddKnownProxies(configuration);
        services.AddOpenApiDocument();
        return services;
    }

    public static void UseApi(this WebApplication app)
    {
        app.UseKnownProxies();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseMiddleware<CallerGuard>();
    }
}

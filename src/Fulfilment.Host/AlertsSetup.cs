using Fulfilment.Core.Alerts;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>What tells people in time.</summary>
internal static class AlertsSetup
{
    private const string PublicUrl = "Alerts:PublicUrl";

    public static IServiceCollection AddAlerts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IAlerts, AlertStore>().AddSingleton<MatchAlerts>().AddSingleton<MoveAlert>();
        return services.AddSingleton(new AlertLinks(ReadPublicUrl(configuration)));
    }

    private static Uri? ReadPublicUrl(IConfiguration configuration)
    {
        var text = configuration[PublicUrl];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new SetupException($"{PublicUrl} = \"{text}\" is not an address. Write the one under which people reach the host, such as https://fulfilment.example.com.");
    }
}

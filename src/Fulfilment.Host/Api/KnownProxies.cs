using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Fulfilment.Host.Api;

/// <summary>Believes X-Forwarded-For only from the proxies in <c>Proxy:Known</c>; without any, nothing looks at the header.</summary>
internal static class KnownProxies
{
    private const string Setting = "Proxy:Known";

    public static void AddKnownProxies(this IServiceCollection services, IConfiguration configuration)
    {
        var known = Read(configuration);
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = known.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor;

            // The whole chain is walked from the nearest proxy on; it ends at the first address that is not ours.
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            known.ForEach(options.KnownIPNetworks.Add);
        });
    }

    public static void UseKnownProxies(this WebApplication app)
    {
        if (Read(app.Configuration).Count > 0)
        {
            app.UseForwardedHeaders();
        }
    }

    // As a list (Proxy:Known:0) or as one value separated by commas (Proxy__Known=10.0.0.0/8,192.0.2.1).
    private static List<IPNetwork> Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Setting);
        var entries = section.GetChildren().Select(child => child.Value).Append(section.Value)
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return [.. entries.Select(Parse)];
    }

    private static IPNetwork Parse(string entry)
    {
        if (IPAddress.TryParse(entry, out var address))
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(entry, out var network)
            ? network
            : throw new SetupException($"{Setting} names \"{entry}\", which is neither an address nor a network. Write 192.0.2.1 or 10.0.0.0/8.");
    }
}

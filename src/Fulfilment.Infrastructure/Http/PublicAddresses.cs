using System.Net;
using System.Net.Sockets;

namespace Fulfilment.Infrastructure.Http;

/// <summary>Which addresses are on the public internet, by the special-purpose registries of IANA (RFC 6890).</summary>
public static class PublicAddresses
{
    private static readonly IPNetwork[] SpecialIPv4 =
    [
        Network("0.0.0.0/8"),         // this network; 0.0.0.0 reaches this machine
        Network("10.0.0.0/8"),
        Network("100.64.0.0/10"),     // behind a carrier's NAT; a cloud's metadata too
        Network("127.0.0.0/8"),
        Network("168.63.129.16/32"),  // a cloud's host agent, in a public range
        Network("169.254.0.0/16"),    // link-local; most clouds' metadata
        Network("172.16.0.0/12"),
        Network("192.0.0.0/24"),      // protocol assignments; a cloud's metadata too
        Network("192.0.2.0/24"),      // documentation, as 198.51.100.0 and 203.0.113.0
        Network("192.88.99.0/24"),    // relays of 6to4
        Network("192.168.0.0/16"),
        Network("198.18.0.0/15"),     // benchmarks
        Network("198.51.100.0/24"),
        Network("203.0.113.0/24"),
        Network("224.0.0.0/4"),       // multicast
        Network("240.0.0.0/4"),       // reserved, broadcast
    ];

    // Everything outside is loopback, unspecified, mapped or translated IPv4 (NAT64), unique local, link-local, multicast or not assigned.
    private static readonly IPNetwork GlobalIPv6 = Network("2000::/3");

    private static readonly IPNetwork[] SpecialIPv6 =
    [
        Network("2001::/23"),         // protocol assignments; Teredo carries IPv4 in it
        Network("2001:db8::/32"),     // documentation, as 3fff::
        Network("2002::/16"),         // 6to4 carries IPv4
        Network("3fff::/20"),
    ];

    /// <summary>Whether this is an address of the public internet. An IPv6 address that carries an IPv4 one is not, whichever that is.</summary>
    public static bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);

        // Asked first: .NET's networks compare a mapped address as the IPv4 one, also with an IPv6 prefix, and take ::ffff:8.8.8.8 for one of 2000::/3.
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !SpecialIPv4.Any(network => network.Contains(address))
            : !address.IsIPv4MappedToIPv6 && GlobalIPv6.Contains(address) && !SpecialIPv6.Any(network => network.Contains(address));
    }

    private static IPNetwork Network(string text) => IPNetwork.Parse(text);
}

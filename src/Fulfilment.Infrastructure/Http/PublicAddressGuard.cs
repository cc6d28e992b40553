using System.Net;
using System.Net.Sockets;

namespace Fulfilment.Infrastructure.Http;

/// <summary>
/// HTTP to addresses that outsiders chose. The address that is connected to is the one that was checked: whatever a name resolves to at another time, through a
/// redirect or through a proxy, cannot lead into the network of this host.
/// </summary>
/// <param name="allowPrivate">Any address is as good as a public one, and http as https: for a network of one's own.</param>
/// <param name="resolve">Finds the addresses of a name; null: as this machine does.</param>
public sealed class PublicAddressGuard(bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private const int MostAddresses = 8, MostHeaderKilobytes = 16;

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>Whether anything could ever be sent there: https without a user's name, and no address that is seen to be private.</summary>
    public bool Allows(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.IsAbsoluteUri && url.UserInfo.Length == 0 && url.Host.Length > 0
            && (url.Scheme == Uri.UriSchemeHttps || (allowPrivate && url.Scheme == Uri.UriSchemeHttp))
            && (allowPrivate || !IPAddress.TryParse(url.DnsSafeHost, out var address) || PublicAddresses.Contains(address));
    }

    /// <summary>A handler that connects to checked addresses alone, follows no redirect, and keeps nothing from one answer for the next request.</summary>
    /// <param name="connectTimeout">For the address, the connection and TLS together.</param>
    public SocketsHttpHandler CreateHandler(TimeSpan connectTimeout) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = connectTimeout,
        ConnectCallback = ConnectAsync,
        MaxResponseHeadersLength = MostHeaderKilobytes,

        // What is left unread of an answer closes its connection: reading it out would be the receiver's choice of how long.
        MaxResponseDrainSize = 0,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>A connection to a checked address, for protocols other than HTTP.</summary>
    /// <exception cref="AddressNotPublicException">The host's address is not public.</exception>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    public async Task<Stream> ConnectAsync(DnsEndPoint to, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(to);
        var addresses = await AddressesAsync(to.Host, cancellation).ConfigureAwait(false);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation) =>
        await ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);

    private async Task<IPAddress[]> AddressesAsync(string host, CancellationToken cancellation)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, cancellation).ConfigureAwait(false);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        // One private address among public ones is how a name is made to point at both; none of them is used then.
        return allowPrivate || addresses.All(PublicAddresses.Contains) ? addresses[..Math.Min(addresses.Length, MostAddresses)] : throw new AddressNotPublicException();
    }
}

/// <summary>The host's address is none of the public internet. Which one it is stands nowhere: whoever named the host would learn about our network.</summary>
public sealed class AddressNotPublicException() : IOException("The host's address is not public.");

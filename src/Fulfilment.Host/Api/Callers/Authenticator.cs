using System.Net;
using System.Security.Cryptography;
using System.Text;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Host.Api.Callers;

/// <summary>Tells from the Authorization header and the address who calls, by the snapshot in memory and without I/O.</summary>
internal sealed class Authenticator(ICatalogue catalogue, BootstrapKey bootstrap, TimeProvider time)
{
    private const string Scheme = "Bearer ";
    private const int LongestKey = 256;

    private static readonly Refusal NoKey = new(RefusalCode.Unauthorized);
    private static readonly Refusal WrongAddress = new(RefusalCode.IpNotAllowed);

    public Result<Caller> Authenticate(HttpContext context)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return TryHash(context.Request.Headers.Authorization, hash) ? Authenticate(hash, Address(context)) : NoKey;
    }

    /// <summary>The same for the SHA-256 of a key's text, on whatever way the key came.</summary>
    public Result<Caller> Authenticate(ReadOnlySpan<byte> hash, IPAddress? address)
    {
        var snapshot = catalogue.Current;
        if (snapshot.FindKey(hash) is { } key)
        {
            return Admit(key, address, snapshot);
        }

        return bootstrap.Matches(hash) ? BootstrapKey.Caller(address) : NoKey;
    }

    /// <summary>A socket that listens on both families shows IPv4 callers as ::ffff:192.0.2.1; allow-lists name them as 192.0.2.1.</summary>
    public static IPAddress? Address(HttpContext context) =>
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress;

    private Result<Caller> Admit(ApiKey key, IPAddress? address, CatalogueSnapshot snapshot)
    {
        if (!key.IsLive(time.GetUtcNow()))
        {
            return NoKey;
        }

        Storefront? storefront = null;
        if (key.Owner.Kind is KeyOwnerKind.Storefront)
        {
            storefront = snapshot.FindStorefront(key.Owner.Code);
            if (storefront is not { Active: true })
            {
                return NoKey;
            }
        }

        if (key.Owner.Kind is KeyOwnerKind.Supplier && snapshot.FindSupplier(key.Owner.Code) is not { Active: true })
        {
            return NoKey;
        }

        return IsAllowed(key.AllowedIps, address) ? new Caller(key.Id, key.Owner, key.Scopes, storefront, address) { Mode = key.Mode } : WrongAddress;
    }

    private static bool TryHash(string? header, Span<byte> hash)
    {
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var key = header.AsSpan(Scheme.Length).Trim(' ');
        Span<byte> bytes = stackalloc byte[LongestKey];
        if (key.IsEmpty || !Encoding.UTF8.TryGetBytes(key, bytes, out var written))
        {
            return false;
        }

        _ = SHA256.HashData(bytes[..written], hash);
        return true;
    }

    private static bool IsAllowed(IReadOnlyList<IPNetwork> networks, IPAddress? address)
    {
        if (networks.Count == 0)
        {
            return true;
        }

        if (address is null)
        {
            return false;
        }

        for (var i = 0; i < networks.Count; i++)
        {
            if (networks[i].Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}

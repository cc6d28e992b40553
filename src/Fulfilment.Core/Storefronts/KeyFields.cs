using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Fulfilment.Core.Storefronts;

/// <summary>What a request says about a new key, in text as API and commands write it.</summary>
public sealed record KeyFields
{
    private const int MostAddresses = 100;

    /// <summary><c>storefront:shop-1</c>, <c>supplier:acme</c> or <c>operator:li</c>; required.</summary>
    public string? Owner { get; init; }

    /// <summary>At least one of <see cref="KeyTexts.ScopeNames"/>.</summary>
    public IReadOnlyList<string?>? Scopes { get; init; }

    /// <summary>Live, or a storefront's key to the sandbox.</summary>
    public KeyMode Mode { get; init; } = KeyMode.Live;

    /// <summary>When it stops working by itself; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Addresses and networks (<c>203.0.113.9</c>, <c>10.0.0.0/8</c>) it may be used from; none: from anywhere.</summary>
    public IReadOnlyList<string?>? AllowedIps { get; init; }

    /// <summary>The key these fields describe, or why there is none. Whether its owner exists is for the store to see.</summary>
    internal Result<ApiKey> Create(long id, ReadOnlyMemory<byte> hash, DateTimeOffset now)
    {
        if (!KeyTexts.TryParseOwner(Owner, out var owner))
        {
            return Field.Refuse("/owner", "An owner is storefront:CODE, supplier:CODE or operator:NAME.");
        }

        if (Mode == KeyMode.Test && owner.Value.Kind != KeyOwnerKind.Storefront)
        {
            return Field.Refuse("/mode", "Only a storefront has test keys; the sandbox has orders and nothing else.");
        }

        var scopes = ReadScopes(owner.Value.Kind);
        if (scopes.Refusal is { } badScopes)
        {
            return badScopes;
        }

        if (ExpiresAt <= now)
        {
            return Field.Refuse("/expiresAt", "The expiry must lie in the future.");
        }

        var allowed = ReadAddresses();
        if (allowed.Refusal is { } badAddress)
        {
            return badAddress;
        }

        return new ApiKey { Id = id, Owner = owner.Value, Hash = hash, Scopes = scopes.Value, Mode = Mode, ExpiresAt = ExpiresAt, AllowedIps = allowed.Value };
    }

    private Result<Scopes> ReadScopes(KeyOwnerKind kind)
    {
        var known = string.Join(", ", KeyTexts.ScopeNames);
        if (Scopes is not { Count: > 0 })
        {
            return Field.Refuse("/scopes", $"At least one scope is needed: {known}.");
        }

        var all = Storefronts.Scopes.None;
        for (var i = 0; i < Scopes.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"/scopes/{i}");
            if (!KeyTexts.TryParseScope(Scopes[i], out var scope))
            {
                return Field.Refuse(at, $"The scopes are {known}.");
            }

            if (Mode == KeyMode.Test && scope == Storefronts.Scopes.Inventory)
            {
                return Field.Refuse(at, "A test key has no inventory.");
            }

            if (!MayHave(kind, scope))
            {
                return Field.Refuse(at, kind == KeyOwnerKind.Supplier ? "A supplier's key has the scope inventory only." : "Only an operator's key has the scopes admin and finance.");
            }

            all |= scope;
        }

        return all;
    }

    private static bool MayHave(KeyOwnerKind kind, Scopes scope) => kind switch
    {
        KeyOwnerKind.Storefront => (scope & (Storefronts.Scopes.Admin | Storefronts.Scopes.Finance)) == Storefronts.Scopes.None,
        KeyOwnerKind.Supplier => scope == Storefronts.Scopes.Inventory,
        KeyOwnerKind.Operator => true,
    };

    private Result<List<IPNetwork>> ReadAddresses()
    {
        var networks = new List<IPNetwork>();
        if (AllowedIps is { Count: > MostAddresses })
        {
            return Field.Refuse("/allowedIps", $"At most {MostAddresses} addresses are allowed.");
        }

        for (var i = 0; i < AllowedIps?.Count; i++)
        {
            if (!TryParseNetwork(AllowedIps[i], out var network))
            {
                return Field.Refuse(
                    string.Create(CultureInfo.InvariantCulture, $"/allowedIps/{i}"),
                    "An entry is an address (203.0.113.9, 2001:db8::1) or a network whose host bits are zero (10.0.0.0/8).");
            }

            networks.Add(network);
        }

        return networks;
    }

    private static bool TryParseNetwork(string? text, out IPNetwork network)
    {
        network = default;
        var address = text?.Split('/', 2)[0];
        if (!IPAddress.TryParse(address, out var parsed) || address.Contains('%', StringComparison.Ordinal))
        {
            return false;
        }

        // "10.1" and "010.0.0.1" parse too, as addresses that their writer did not mean. One that is mapped into IPv6 would never match.
        if (parsed.IsIPv4MappedToIPv6 || (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != address))
        {
            return false;
        }

        if (text!.Contains('/', StringComparison.Ordinal))
        {
            // Host bits that are set would be dropped without a word, and the key be good for a network that nobody wrote.
            return IPNetwork.TryParse(text, out network) && network.BaseAddress.Equals(parsed);
        }

        network = new IPNetwork(parsed, parsed.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        return true;
    }
}

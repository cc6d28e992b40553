using System.Net;

namespace Fulfilment.Core.Storefronts;

/// <summary>A key as it is kept: its hash, whom it belongs to and what it may do. The key itself is shown once.</summary>
public sealed record ApiKey
{
    /// <summary>Shown as <c>key_…</c>.</summary>
    public required long Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required KeyOwner Owner { get; init; }

    /// <summary>SHA-256 of the key's text. Keys are 256 random bits, so a plain hash cannot be searched.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>What it may do.</summary>
    public required Scopes Scopes { get; init; }

    /// <summary>Whether it works on the real thing or in the sandbox.</summary>
    public KeyMode Mode { get; init; } = KeyMode.Live;

    /// <summary>From where it may be used; empty: anywhere.</summary>
    public IReadOnlyList<IPNetwork> AllowedIps { get; init; } = [];

    /// <summary>When it stops working by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When somebody stopped it.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Whether it works at this time.</summary>
    public bool IsLive(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || now < ExpiresAt);
}

/// <summary>Whose a key is: <c>storefront:shop-1</c>, <c>supplier:acme</c>, <c>operator:li</c>.</summary>
/// <param name="Kind">Storefront, supplier or operator.</param>
/// <param name="Code">The owner's code or the operator's name.</param>
public readonly record struct KeyOwner(KeyOwnerKind Kind, string Code)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Kind switch { KeyOwnerKind.Storefront => "storefront", KeyOwnerKind.Supplier => "supplier", _ => "operator" })}:{Code}";
}

/// <summary>The kinds of callers. Stored as numbers.</summary>
public enum KeyOwnerKind
{
    /// <summary>A sales channel.</summary>
    Storefront = 1,

    /// <summary>Brings inventory.</summary>
    Supplier = 2,

    /// <summary>A person of ours, or a script of theirs.</summary>
    Operator = 3,
}

/// <summary>What a key works on. Stored as numbers.</summary>
public enum KeyMode
{
    /// <summary>Real orders, stock and money.</summary>
    Live = 1,

    /// <summary>The sandbox, and nothing else.</summary>
    Test = 2,
}

/// <summary>What a key may do. Stored as a number.</summary>
[Flags]
public enum Scopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Place, read and cancel orders; read the catalogue.</summary>
    Orders = 1,

    /// <summary>See codes.</summary>
    Codes = 2,

    /// <summary>Replacement and refund.</summary>
    AfterSales = 4,

    /// <summary>Import and look after stock.</summary>
    Inventory = 8,

    /// <summary>Everything under <c>/v1/admin</c>.</summary>
    Admin = 16,

    /// <summary>See the dashboard, and change nothing.</summary>
    Finance = 32,
}

using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Sandbox;

/// <summary>An order of a test key as it is stored: what was asked and what it is to come to, not where it stands.</summary>
public sealed record SandboxOrder
{
    /// <summary>Shown as <c>ord_…</c>; the time of creation is in it.</summary>
    public required long Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required long StorefrontId { get; init; }

    /// <summary>The storefront's own number.</summary>
    public required string ClientReference { get; init; }

    /// <summary>Tells whether a repeat has the same content; see <see cref="OrderContent"/>.</summary>
    public required byte[] ContentHash { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Why the units are given.</summary>
    public required OrderSource Source { get; init; }

    /// <summary>Keyed hash of the buyer's reference. Nothing else of a buyer is kept.</summary>
    public byte[]? BuyerReferenceHash { get; init; }

    /// <summary>As it came.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>When it was called off, in Unix milliseconds.</summary>
    public long? CancelledAtMs { get; init; }

    /// <summary>Its lines, by id.</summary>
    public required IReadOnlyList<SandboxLine> Lines { get; init; }

    /// <summary>Its after-sales cases, oldest first.</summary>
    public IReadOnlyList<SandboxCase> Cases { get; init; } = [];

    /// <summary>When the codes of its units were first shown, in Unix milliseconds, by unit; those of others never were.</summary>
    public IReadOnlyDictionary<long, long> RevealedAtMs { get; init; } = new Dictionary<long, long>();

    /// <summary>The time in its id.</summary>
    public DateTimeOffset CreatedAt => IdGenerator.TimeOf(Id);
}

/// <summary>A line of a sandbox order as it is stored.</summary>
/// <param name="Id">Shown as <c>lin_…</c>.</param>
/// <param name="SkuId">One of <see cref="SandboxSkus"/>.</param>
/// <param name="UnitIds">The ids of its units, ascending; as many as were ordered.</param>
/// <param name="Available">How many of them the pretended stock covers.</param>
/// <param name="UnitPrice">Price of one.</param>
/// <param name="Outcome">What it comes to.</param>
/// <param name="Recipient">Encrypted for <paramref name="Id"/>.</param>
/// <param name="RecipientHash">Keyed hash for look-up.</param>
/// <param name="Metadata">As it came.</param>
public sealed record SandboxLine(
    long Id, long SkuId, IReadOnlyList<long> UnitIds, int Available, Money UnitPrice, SandboxOutcome Outcome,
    byte[]? Recipient, byte[]? RecipientHash, IReadOnlyDictionary<string, string>? Metadata);

using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Orders;

/// <summary>An order as it is stored, codes and recipients encrypted.</summary>
public sealed record StoredOrder
{
    /// <summary>Shown as <c>ord_…</c>; the time of creation is in it.</summary>
    public required long Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required long StorefrontId { get; init; }

    /// <summary>The storefront's own number.</summary>
    public required string ClientReference { get; init; }

    /// <summary>Where it stands.</summary>
    public required OrderStatus Status { get; init; }

    /// <summary>Grows with each change.</summary>
    public required int Version { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Price of all units ordered.</summary>
    public required Money Amount { get; init; }

    /// <summary>Why the units were given.</summary>
    public required OrderSource Source { get; init; }

    /// <summary>As it came.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>When nothing of it was open any more, in Unix milliseconds.</summary>
    public long? CompletedAtMs { get; init; }

    /// <summary>Its lines, by id.</summary>
    public required IReadOnlyList<StoredLine> Lines { get; init; }

    /// <summary>The time in its id.</summary>
    public DateTimeOffset CreatedAt => IdGenerator.TimeOf(Id);

    /// <summary>A new order as the next reader will find it.</summary>
    public static StoredOrder From(AcceptedOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var draft = order.Draft;
        return new StoredOrder
        {
            Id = draft.OrderId,
            StorefrontId = draft.Storefront.Id,
            ClientReference = draft.ClientReference,
            Status = order.Status,
            Version = AcceptedOrder.FirstVersion,
            Currency = draft.Currency,
            Amount = draft.Amount,
            Source = draft.Source,
            Metadata = draft.Metadata,
            CompletedAtMs = order.CompletedAtMs,
            Lines = [.. order.Claim.Lines.Select(line => StoredLine.From(order, line))],
        };
    }
}

/// <summary>A line as it is stored.</summary>
/// <param name="Id">Shown as <c>lin_…</c>.</param>
/// <param name="SkuId">What was sold.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Quantity">Units ordered.</param>
/// <param name="UnitPrice">Price of one.</param>
/// <param name="Recipient">Encrypted for <paramref name="Id"/>.</param>
/// <param name="Metadata">As it came.</param>
/// <param name="Units">Its units, by id.</param>
public sealed record StoredLine(
    long Id, long SkuId, OrderStatus Status, int Quantity, Money UnitPrice, byte[]? Recipient, IReadOnlyDictionary<string, string>? Metadata, IReadOnlyList<StoredUnit> Units)
{
    internal static StoredLine From(AcceptedOrder order, LineClaim claim)
    {
        var line = claim.Line;
        var units = new StoredUnit[line.UnitCount];
        var next = 0;
        foreach (var part in claim.Parts)
        {
            for (var i = 0; i < part.Count; i++)
            {
                units[next++] = StoredUnit.From(order.UnitAt(part, i), part.Part);
            }
        }

        if (claim.Parts.Count > 1)
        {
            Array.Sort(units, static (one, other) => one.Id.CompareTo(other.Id));
        }

        return new StoredLine(line.Id, line.Sku.Id, order.StatusOf(claim), line.Quantity, line.UnitPrice, line.Recipient, line.Metadata, units);
    }
}

/// <summary>A unit as it is stored, with the card key it has.</summary>
/// <param name="Id">Shown as <c>unt_…</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="CardKeyId">The key it has.</param>
/// <param name="ExpiresOn">The key's day number.</param>
/// <param name="Code">The key's number and secret, encrypted.</param>
/// <param name="DeliveredAtMs">Unix milliseconds.</param>
/// <param name="DueAtMs">When something looks at it again.</param>
/// <param name="Failure">Why it will not be delivered.</param>
/// <param name="ReplacesUnitId">The unit whose place it took.</param>
/// <param name="RevealedAtMs">When its code was first shown; null: never.</param>
/// <param name="SkuId">What it is a unit of: the line's SKU, or in a bundle the component.</param>
/// <param name="Price">What it was sold for: the line's unit price, or in a bundle its share.</param>
public sealed record StoredUnit(
    long Id, UnitState State, long? CardKeyId, int? ExpiresOn, byte[]? Code, long? DeliveredAtMs, long? DueAtMs, UnitFailure? Failure, long? ReplacesUnitId,
    long? RevealedAtMs, long SkuId, Money Price)
{
    internal static StoredUnit From(AcceptedUnit unit, DraftPart part) => new(
        unit.Id, unit.State, unit.Key?.Origin.CardKeyId, unit.Key?.Origin.ExpiresOn, unit.Key?.Code, unit.DeliveredAtMs, unit.DueAtMs, unit.Failure,
        ReplacesUnitId: null, unit.RevealedAtMs, part.Sku.Id, part.Price);
}

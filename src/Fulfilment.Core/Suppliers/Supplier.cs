using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Suppliers;

/// <summary>Who sells us card keys, or issues units when asked. Immutable, as <see cref="Catalogue.Sku"/> is.</summary>
public sealed record Supplier
{
    /// <summary>Internal id; the API knows suppliers by <see cref="Code"/>.</summary>
    public required long Id { get; init; }

    /// <summary>Unique, 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>What is agreed, one entry a SKU.</summary>
    public IReadOnlyList<Supply> Supplies { get; init; } = [];

    /// <summary>Whether its keys are accepted.</summary>
    public bool Active { get; init; } = true;

    /// <summary>How it is called: <c>declarative</c> or the name of an adapter; null: it only delivers files.</summary>
    public string? Adapter { get; init; }

    /// <summary>The adapter's settings, with their secrets: JSON, encrypted for <see cref="Id"/>.</summary>
    public byte[]? Settings { get; init; }

    /// <summary>When adapter or settings were last replaced by others; null: never. What was submitted before may be at another account than the one that is asked now.</summary>
    public DateTimeOffset? SettingsChangedAt { get; init; }

    /// <summary>Whether routes pass it by for now; what was submitted to it is still asked for.</summary>
    public bool Paused { get; init; }

    /// <summary>Below this much of our money there somebody is told; null: never.</summary>
    public Money? LowBalance { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What is agreed for a SKU; null: it does not supply it.</summary>
    public Supply? FindSupply(string sku) => Supplies.FirstOrDefault(supply => supply.Sku == sku);
}

/// <summary>What is agreed with a supplier for a SKU.</summary>
/// <param name="Sku">The SKU's code.</param>
/// <param name="UnitCost">What one key costs.</param>
/// <param name="Currency">ISO 4217, of the cost.</param>
/// <param name="Terms">When it is owed.</param>
public sealed record Supply(string Sku, Money UnitCost, string Currency, BatchTerms Terms = BatchTerms.Purchased);

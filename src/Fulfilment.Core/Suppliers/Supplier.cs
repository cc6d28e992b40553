using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Suppliers;

/// <summary>Who sells us card keys. Immutable, as <see cref="Catalogue.Sku"/> is.</summary>
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

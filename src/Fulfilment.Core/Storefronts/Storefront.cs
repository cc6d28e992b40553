using Fulfilment.Core.Ledger;

namespace Fulfilment.Core.Storefronts;

/// <summary>A sales channel that calls the API. Immutable, as <see cref="Catalogue.Sku"/> is.</summary>
public sealed record Storefront
{
    /// <summary>Internal id; the API knows storefronts by <see cref="Code"/>.</summary>
    public required long Id { get; init; }

    /// <summary>Unique, 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it pays first.</summary>
    public required Settlement Settlement { get; init; }

    /// <summary>The most a postpaid storefront may owe, per currency; null: no limit.</summary>
    public Money? CreditLimit { get; init; }

    /// <summary>Most requests a second, with a burst of as many; null: no limit.</summary>
    public int? RatePerSecond { get; init; }

    /// <summary>How its SKU list shows stock.</summary>
    public StockDisplay StockDisplay { get; init; } = StockDisplay.Level;

    /// <summary>Orders above this amount are held for an operator; null: none.</summary>
    public Money? HoldAbove { get; init; }

    /// <summary>It is told by webhook when what it may spend falls below this amount, in any currency; null: never.</summary>
    public Money? LowBalance { get; init; }

    /// <summary>Whether it has webhook endpoints: events of its orders are not queued otherwise.</summary>
    public bool HasEndpoints { get; init; }

    /// <summary>Whether its keys are accepted.</summary>
    public bool Active { get; init; } = true;

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How it pays.</summary>
    public PaymentTerms Terms => new(Settlement, CreditLimit);
}

/// <summary>How a storefront pays.</summary>
/// <param name="Settlement">First, or on account.</param>
/// <param name="CreditLimit">The most it may owe on account, per currency; null: no limit.</param>
public readonly record struct PaymentTerms(Settlement Settlement, Money? CreditLimit)
{
    /// <summary>The lowest a wallet's balance less holds may fall to; null: no limit.</summary>
    public Money? WalletFloor => Settlement == Settlement.Prepaid ? Money.Zero : -CreditLimit;

    /// <summary>The account that a storefront's purchases are charged to and its payments go to.</summary>
    public Account AccountOf(long storefrontId) => Settlement == Settlement.Prepaid ? Account.Deposit(storefrontId) : Account.Receivable(storefrontId);
}

/// <summary>When a storefront pays. Stored as numbers.</summary>
public enum Settlement
{
    /// <summary>On account, up to a credit limit if there is one.</summary>
    Postpaid = 1,

    /// <summary>From its deposit.</summary>
    Prepaid = 2,
}

/// <summary>How much of the stock a storefront sees. Stored as numbers.</summary>
public enum StockDisplay
{
    /// <summary><c>in</c>, <c>low</c> or <c>out</c>.</summary>
    Level = 1,

    /// <summary>The number.</summary>
    Exact = 2,
}

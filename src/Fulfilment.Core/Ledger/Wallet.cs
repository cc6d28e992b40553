namespace Fulfilment.Core.Ledger;

/// <summary>A storefront's money in one currency.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Balance">Deposits less charges; negative for what a postpaid storefront owes.</param>
/// <param name="Held">Kept back for open units.</param>
public sealed record Wallet(string Currency, Money Balance, Money Held)
{
    /// <summary>What can still be spent; null: without limit.</summary>
    /// <param name="floor">The storefront's <see cref="Storefronts.PaymentTerms.WalletFloor"/>.</param>
    public Money? Available(Money? floor) => floor is { } lowest ? Balance - Held - lowest : null;
}

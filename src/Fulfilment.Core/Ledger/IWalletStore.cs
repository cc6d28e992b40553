using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Ledger;

/// <summary>Wallets and what storefronts paid into them.</summary>
public interface IWalletStore
{
    /// <summary>A storefront's wallets by currency; one exists from its first movement on.</summary>
    Task<IReadOnlyList<Wallet>> ListAsync(long storefrontId, CancellationToken cancellation);

    /// <summary>
    /// Posts the transfer, raises the wallet and stores the answer in one transaction, once for each idempotency key of an owner:
    /// a repeat answers as the first. <see cref="RefusalCode.NotFound"/> without such a storefront,
    /// <see cref="RefusalCode.IdempotencyMismatch"/> when the key was used for something else.
    /// </summary>
    Task<Result<RecordedDeposit>> DepositAsync(NewDeposit deposit);
}

/// <summary>A deposit to record.</summary>
/// <param name="Id">Of its transfer, if it is new.</param>
/// <param name="StorefrontCode">Who paid.</param>
/// <param name="Amount">More than zero.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Reference">What the payment is called at the bank; may be null.</param>
/// <param name="IdempotencyKey">Unique for its <see cref="Actor"/>.</param>
/// <param name="Actor">Who records it.</param>
public sealed record NewDeposit(long Id, string StorefrontCode, Money Amount, string Currency, string? Reference, string IdempotencyKey, Actor Actor);

/// <summary>A deposit, with the wallet as it was once it had been recorded.</summary>
/// <param name="Id">Of its transfer.</param>
/// <param name="Amount">More than zero.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Reference">What the payment is called at the bank.</param>
/// <param name="Balance">See <see cref="Wallet.Balance"/>.</param>
/// <param name="Held">See <see cref="Wallet.Held"/>.</param>
/// <param name="Available">See <see cref="Wallet.Available"/>.</param>
/// <param name="IsRepeat">Whether an earlier request recorded it.</param>
public sealed record RecordedDeposit(long Id, Money Amount, string Currency, string? Reference, Money Balance, Money Held, Money? Available, bool IsRepeat);

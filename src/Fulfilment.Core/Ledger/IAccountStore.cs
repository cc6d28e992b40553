namespace Fulfilment.Core.Ledger;

/// <summary>Reads the movements of a storefront's money.</summary>
public interface IAccountStore
{
    /// <summary>A page of movements, newest first.</summary>
    Task<IReadOnlyList<AccountEntry>> ListAsync(AccountQuery query, CancellationToken cancellation);
}

/// <summary>Which movements.</summary>
/// <param name="StorefrontId">Whose.</param>
/// <param name="Before">Older than this transfer.</param>
/// <param name="Limit">At most so many.</param>
public sealed record AccountQuery(long StorefrontId, long Before, int Limit)
{
    /// <summary>In this currency.</summary>
    public string? Currency { get; init; }

    /// <summary>Then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before then.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>A movement of a storefront's money, as its wallet felt it.</summary>
/// <param name="Id">Of the transfer; the time is in it.</param>
/// <param name="Kind">Why money moved.</param>
/// <param name="Amount">More than zero: into the wallet; less: out of it.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="OrderId">The order it belongs to, if any.</param>
/// <param name="ClientReference">The storefront's number of that order.</param>
/// <param name="Reference">What a deposit is called at the bank.</param>
public sealed record AccountEntry(long Id, TransferKind Kind, Money Amount, string Currency, long? OrderId, string? ClientReference, string? Reference);

using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Orders;

/// <summary>Runs intake transactions.</summary>
public interface IIntakeStore
{
    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and returns once it is durable. When it throws, nothing of it remains; when the
    /// commit itself throws, it may have happened or not, and the caller finds out by reading the references again.
    /// </summary>
    /// <exception cref="Storage.StorageConflictException">Other work got in the way, or it is not known what was stored: the same again is right.</exception>
    Task RunAsync(Func<IIntakeTransaction, ValueTask> work);
}

/// <summary>One open intake transaction. Every call concerns the whole group, so each costs at most one round trip.</summary>
public interface IIntakeTransaction
{
    /// <summary>Reads what the group's decisions rest on.</summary>
    /// <param name="drafts">The group; the stored orders come back in its order.</param>
    /// <param name="custodyDay">Which day's custody root to read, for this node.</param>
    /// <param name="node">This node's number.</param>
    ValueTask<IntakeFacts> ReadAsync(IReadOnlyList<OrderDraft> drafts, int custodyDay, int node);

    /// <summary>
    /// Gives card keys to the claims, in order: first the pool's candidates, each by a guarded update, and then whatever the table has.
    /// A claim that cannot be filled takes nothing, unless its draft allows a part. After the call a claim is short only because the table is.
    /// </summary>
    ValueTask ClaimAsync(IReadOnlyList<OrderClaim> claims);

    /// <summary>
    /// Called before drafts are refused for want of money or keys: another node may have stored that very order since <see cref="ReadAsync"/>, and it is what
    /// took them.
    /// </summary>
    /// <exception cref="Storage.StorageConflictException">One of them is stored by now.</exception>
    ValueTask ConfirmRefusalAsync(IReadOnlyList<OrderDraft> refused);

    /// <summary>Writes what was decided.</summary>
    ValueTask WriteAsync(IntakeRows rows);
}

/// <summary>What the database knew before the group.</summary>
/// <param name="Stored">For each draft the order that has its reference, or null.</param>
/// <param name="Wallets">Balance and holds of every storefront and currency in the group; zero where there is no row.</param>
/// <param name="Terms">How each storefront in the group pays, by its id. A draft may have been priced by older terms; these count.</param>
/// <param name="CustodyDay">This node's custody root of the day.</param>
public sealed record IntakeFacts(
    IReadOnlyList<StoredReference?> Stored,
    IReadOnlyDictionary<WalletKey, WalletBalance> Wallets,
    IReadOnlyDictionary<long, PaymentTerms> Terms,
    CustodyDay CustodyDay);

/// <summary>An order that has a draft's reference.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="ContentHash">Its content.</param>
public sealed record StoredReference(long OrderId, byte[] ContentHash);

/// <summary>Which wallet.</summary>
/// <param name="StorefrontId">Whose.</param>
/// <param name="Currency">In which currency.</param>
public readonly record struct WalletKey(long StorefrontId, string Currency);

/// <summary>A wallet's money.</summary>
/// <param name="Balance">Deposits less charges.</param>
/// <param name="Held">Kept back by open holds.</param>
public readonly record struct WalletBalance(Money Balance, Money Held);

/// <summary>A card key that a guarded update gave to a unit.</summary>
/// <param name="Origin">Its immutable columns.</param>
/// <param name="Code">Number and secret, encrypted.</param>
/// <param name="UnitCost">What it had cost.</param>
/// <param name="CostCurrency">In which currency.</param>
/// <param name="Terms">Whether it was ours, or is owed to the supplier only now.</param>
/// <param name="Batch">Whether its batch sells.</param>
/// <param name="LastEntry">The last entry of its custody chain, if it has any.</param>
public sealed record ClaimedKey(
    CustodyOrigin Origin, byte[] Code, Money UnitCost, string CostCurrency, BatchTerms Terms, BatchSale Batch, CustodyEntry? LastEntry);

/// <summary>All rows that a group adds or changes.</summary>
/// <param name="Orders">Accepted orders with their lines, units and holds.</param>
/// <param name="Effects">What they do elsewhere.</param>
public sealed record IntakeRows(IReadOnlyList<AcceptedOrder> Orders, OrderEffects Effects);

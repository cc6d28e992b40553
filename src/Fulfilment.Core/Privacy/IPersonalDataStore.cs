using Fulfilment.Core.Auditing;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Privacy;

/// <summary>Reads what is stored of a person, and erases it. Orders, units and money stay; only who it was goes.</summary>
public interface IPersonalDataStore
{
    /// <summary>Of a storefront's orders those that name the person, newest first.</summary>
    Task<IReadOnlyList<long>> FindOrdersAsync(long storefrontId, Person person, long before, int limit, CancellationToken cancellation);

    /// <summary>Everything that these orders hold of the person, encrypted.</summary>
    Task<IReadOnlyList<PersonalOrder>> ReadAsync(IReadOnlyList<long> orderIds, Person person, CancellationToken cancellation);

    /// <summary>
    /// Erases at most so many closed orders in one transaction, so that nothing of it is left in free pages, and audits how many. Erased orders are not
    /// found by the person any more, so it is called until it erases none.
    /// </summary>
    Task<ErasedCounts> EraseAsync(long storefrontId, Person person, int limit, AuditEntry entry);

    /// <summary>Erases what the storefront's sandbox holds of the person. How many orders.</summary>
    Task<int> EraseSandboxAsync(long storefrontId, Person person);

    /// <summary>How many open orders name the person still; they are needed until they are closed.</summary>
    Task<int> CountOpenAsync(long storefrontId, Person person, CancellationToken cancellation);

    /// <summary>
    /// One piece of the erasure by age: goes on where the last piece ended, passes orders that were closed later by and comes back to them. The entry
    /// is stored with the first piece that erases something.
    /// </summary>
    Task<RetentionPiece> EraseClosedBeforeAsync(DateTimeOffset before, long revisitAfter, AuditEntry? entry);

    /// <summary>Moves what was erased out of the write-ahead log too, as far as nobody reads from it now.</summary>
    Task FlushAsync();
}

/// <summary>What an order holds of a person.</summary>
/// <param name="Order">The order, with the lines that name the person, or for a buyer all.</param>
/// <param name="Campaign">The storefront's label.</param>
/// <param name="Buyer">Encrypted for the order: JSON of <see cref="BuyerRequest"/>.</param>
/// <param name="Inputs">By line: JSON, encrypted for the line's first unit.</param>
public sealed record PersonalOrder(StoredOrder Order, string? Campaign, byte[]? Buyer, IReadOnlyDictionary<long, byte[]> Inputs);

/// <summary>What was erased.</summary>
/// <param name="Orders">Orders that held something.</param>
/// <param name="Lines">Their lines.</param>
public readonly record struct ErasedCounts(int Orders, int Lines);

/// <summary>What came of a piece.</summary>
/// <param name="Erased">Orders that held something and no longer do.</param>
/// <param name="RevisitedTo">How far the piece came among the orders passed by earlier; the next piece goes on from there.</param>
/// <param name="IsLast">Whether nothing was left to look at.</param>
public readonly record struct RetentionPiece(int Erased, long RevisitedTo, bool IsLast);

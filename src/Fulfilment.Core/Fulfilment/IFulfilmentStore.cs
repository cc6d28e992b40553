using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Reconciliation;

namespace Fulfilment.Core.Fulfilment;

/// <summary>Units of accepted orders and what suppliers make of them.</summary>
public interface IFulfilmentStore
{
    /// <summary>Units that wait for a route and are due, the longest due first. What they say may have changed by the time somebody acts on it.</summary>
    Task<IReadOnlyList<PendingUnit>> FindPendingAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>Units that a supplier is at, or may have issued, and that are due, the longest due first.</summary>
    Task<IReadOnlyList<SubmittedUnit>> FindSubmittedAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>Orders with open units that something has to look at again.</summary>
    Task<IReadOnlyList<long>> FindOrdersAsync(DateTimeOffset now, int limit, CancellationToken cancellation);

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and answers once it is durable. When it throws, nothing of it remains. It runs again when other work
    /// got in the way, so it begins by forgetting what it came to before.
    /// </summary>
    Task<T> RunAsync<T>(Func<IFulfilmentTransaction, ValueTask<T>> work);
}

/// <summary>One open transaction of fulfilment.</summary>
public interface IFulfilmentTransaction : IOrderTransaction
{
    /// <summary>Gives a pending unit to a supplier: stores the attempt, and moves the unit. False, with nothing stored: somebody else has looked at the unit since.</summary>
    ValueTask<bool> BeginAsync(FoundUnit unit, Attempt attempt, long dueAtMs);

    /// <summary>The attempt, or null.</summary>
    ValueTask<Attempt?> FindAttemptAsync(long attemptId);

    /// <summary>Writes what an attempt has become; guarded by the state it was found in.</summary>
    ValueTask ChangeAttemptAsync(Attempt before, Attempt after);

    /// <summary>
    /// Takes the right to ask once what became of an attempt, and says when the unit is due next. False: somebody else has looked at the unit since, or has asked
    /// after <paramref name="notAfterMs"/>.
    /// </summary>
    ValueTask<bool> TakeQueryAsync(FoundUnit unit, long attemptId, long nowMs, long notAfterMs, long dueAtMs);

    /// <summary>Keeps what a supplier said; of one attempt the last few answers.</summary>
    ValueTask KeepAnswerAsync(KeptAnswer answer);

    /// <summary>Keeps a callback for an attempt that is not known. False: enough with that reference are kept.</summary>
    ValueTask<bool> KeepStrayAsync(long id, long supplierId, string reference, byte[] body);

    /// <summary>The card key that has a code, 0 for a code that is known without being stock, or null for one that is new.</summary>
    ValueTask<long?> FindCodeAsync(byte[] fingerprint);

    /// <summary>The batch with this owner and idempotency key, made when there is none; null when it takes no more keys.</summary>
    ValueTask<long?> TakeBatchAsync(Batch batch);

    /// <summary>Adds a card key to a batch, delivered already. Its custody entry and the batch's stock are the effects' to write.</summary>
    ValueTask AddKeyAsync(IssuedKey key);

    /// <summary>What is, or was, disputed of what a supplier may charge for an attempt.</summary>
    ValueTask<Money> SumDisputedAsync(long attemptId);

    /// <summary>What was taken back of a charge for an attempt that differed from what was agreed; below zero: we owe more than was charged.</summary>
    ValueTask<Money> SumTakenBackAsync(long attemptId);

    /// <summary>Stores what does not match. False: it was reported before.</summary>
    ValueTask<bool> ReportAsync(Discrepancy discrepancy, byte[] fingerprint);

    /// <summary>How many open units of an order should have been looked at before this time.</summary>
    ValueTask<int> CountOverdueAsync(long orderId, long beforeMs);

    /// <summary>Says when something looks at an open order again.</summary>
    ValueTask DeferOrderAsync(long orderId, long dueAtMs);
}

/// <summary>A unit that waits for a route.</summary>
/// <param name="Unit">As it was found.</param>
/// <param name="Currency">ISO 4217, of its price.</param>
/// <param name="Recipient">Of its line, encrypted for the line.</param>
/// <param name="Inputs">Of its line, encrypted for <paramref name="InputsOwner"/>.</param>
/// <param name="InputsOwner">The line's first unit.</param>
/// <param name="Attempts">What was tried before, oldest first.</param>
public sealed record PendingUnit(FoundUnit Unit, string Currency, byte[]? Recipient, byte[]? Inputs, long InputsOwner, IReadOnlyList<Attempt> Attempts)
{
    /// <summary>Whether it may have been submitted after the backup it was restored from, under a number we do not know: only a person may say what becomes of it.</summary>
    public bool IsByHand { get; init; }

    /// <summary>When a person last let it go on; null: nobody had to since its order was placed.</summary>
    public DateTimeOffset? WaitsSince { get; init; }
}

/// <summary>A unit that a supplier is at, or may have issued.</summary>
/// <param name="Unit">As it was found.</param>
/// <param name="Recipient">Of its line, encrypted for the line.</param>
/// <param name="Inputs">Of its line, encrypted for <paramref name="InputsOwner"/>.</param>
/// <param name="InputsOwner">The line's first unit.</param>
/// <param name="Attempt">The open attempt; null in a broken record.</param>
public sealed record SubmittedUnit(FoundUnit Unit, byte[]? Recipient, byte[]? Inputs, long InputsOwner, Attempt? Attempt);

/// <summary>What a supplier said, to keep.</summary>
/// <param name="Id">Carries the time.</param>
/// <param name="AttemptId">About which attempt.</param>
/// <param name="Source">On which way it came.</param>
/// <param name="Status">Of HTTP.</param>
/// <param name="Body">Encrypted for <paramref name="Id"/>.</param>
public sealed record KeptAnswer(long Id, long AttemptId, AnswerSource Source, int? Status, byte[] Body);

/// <summary>A code that came for a unit, as a card key.</summary>
/// <param name="Id">Of the card key.</param>
/// <param name="SkuId">Its SKU.</param>
/// <param name="BatchId">Its batch.</param>
/// <param name="ExpiresOn">Day number.</param>
/// <param name="Fingerprint">Of the code.</param>
/// <param name="NumberHash">Of its number, if it has one.</param>
/// <param name="Code">Encrypted for <paramref name="Id"/>.</param>
public sealed record IssuedKey(long Id, long SkuId, long BatchId, int ExpiresOn, byte[] Fingerprint, byte[]? NumberHash, byte[] Code);

/// <summary>On which way we know what became of an attempt. Stored as numbers.</summary>
public enum AnswerSource
{
    /// <summary>The answer to the submission.</summary>
    Submission = 1,

    /// <summary>The answer to a query.</summary>
    Query = 2,

    /// <summary>The supplier told us by itself.</summary>
    Callback = 3,

    /// <summary>A person said so, with evidence.</summary>
    Operator = 4,
}

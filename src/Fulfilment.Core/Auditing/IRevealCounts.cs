using Fulfilment.Core.Alerts;

namespace Fulfilment.Core.Auditing;

/// <summary>How many codes were shown after their sale, by hour, person and key. Hours are counted from 1970-01-01, UTC.</summary>
public interface IRevealCounts
{
    /// <summary>What each person showed with each key from one hour to before another, most codes first.</summary>
    Task<IReadOnlyList<RevealSum>> SumAsync(long fromHour, long beforeHour, CancellationToken cancellation);

    /// <summary>Hours from this one on with at least so many codes, which have raised no alert yet.</summary>
    Task<IReadOnlyList<RevealHour>> FindBusyAsync(long fromHour, long codes, CancellationToken cancellation);

    /// <summary>The codes of each hour before the given one, back to <paramref name="fromHour"/>, in which this person used this key to show any; in no order.</summary>
    Task<IReadOnlyList<long>> PatternAsync(RevealHour of, long fromHour, CancellationToken cancellation);

    /// <summary>Raises the alert, once for an hour however often and by however many nodes it is asked. False when it had been raised.</summary>
    Task<bool> AlertOnceAsync(RevealHour hour, NewAlert alert);
}

/// <summary>What a person showed with a key.</summary>
/// <param name="Actor">The person.</param>
/// <param name="KeyId">The key; 0: none.</param>
/// <param name="Reveals">How often.</param>
/// <param name="Codes">How many codes in all.</param>
public sealed record RevealSum(string Actor, long KeyId, long Reveals, long Codes);

/// <summary>What a person showed with a key in one hour.</summary>
/// <param name="Hour">Hours since 1970-01-01, UTC.</param>
/// <param name="Actor">The person.</param>
/// <param name="KeyId">The key; 0: none.</param>
/// <param name="Codes">How many codes.</param>
public sealed record RevealHour(long Hour, string Actor, long KeyId, long Codes);

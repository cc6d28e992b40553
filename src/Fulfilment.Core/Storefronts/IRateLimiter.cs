namespace Fulfilment.Core.Storefronts;

/// <summary>Keeps each storefront to its requests a second, with a burst of as many.</summary>
public interface IRateLimiter
{
    /// <summary>Counts one request and says whether it may go on. One that may not costs nothing of the limit.</summary>
    /// <param name="storefrontId">Whose request.</param>
    /// <param name="ratePerSecond">At least one.</param>
    /// <param name="cancellation">The caller has gone.</param>
    ValueTask<RateDecision> TakeAsync(long storefrontId, int ratePerSecond, CancellationToken cancellation = default);
}

/// <summary>What a limiter said of one request.</summary>
/// <param name="Allowed">Whether it may go on.</param>
/// <param name="Limit">Requests a second, and in a burst.</param>
/// <param name="Remaining">Requests that could still follow at once.</param>
/// <param name="ResetSeconds">Until the whole burst is there again, rounded up.</param>
/// <param name="RetryAfterSeconds">Until the next one is allowed, rounded up; 0 when this one was.</param>
public readonly record struct RateDecision(bool Allowed, int Limit, int Remaining, int ResetSeconds, int RetryAfterSeconds);

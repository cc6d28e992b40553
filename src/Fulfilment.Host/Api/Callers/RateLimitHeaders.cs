using System.Collections.Concurrent;
using System.Globalization;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Host.Api.Callers;

/// <summary>The fields of draft-ietf-httpapi-ratelimit-headers: the policy, and how much of it is left.</summary>
internal static class RateLimitHeaders
{
    private static readonly ConcurrentDictionary<int, string> Policies = new();

    public static void Write(IHeaderDictionary headers, RateDecision decision)
    {
        headers["RateLimit-Policy"] = Policies.GetOrAdd(decision.Limit, static limit => string.Create(CultureInfo.InvariantCulture, $"\"storefront\";q={limit};w=1"));
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"storefront\";r={decision.Remaining};t={decision.ResetSeconds}");
    }
}

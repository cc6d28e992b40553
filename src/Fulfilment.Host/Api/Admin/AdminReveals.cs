using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Who has shown how many codes.</summary>
internal static class AdminReveals
{
    private const int LongestDays = 92;
    private const int DefaultDays = 7;

    public static void MapAdminReveals(this RouteGroupBuilder admin) =>
        admin.MapGet("/reveals", SumAsync).WithName("SumReveals").WithSummary("Codes shown after their sale, by person and key, most first.")
            .Refuses(RefusalCode.InvalidRequest)
            .TakesQuery("from", "From the hour of this time (RFC 3339) on; a week before the end when left out.")
            .TakesQuery("to", "Up to this time, its hour included when it has begun; now when left out.");

    private static async Task<Results<Ok<RevealsAnswer>, ProblemResult>> SumAsync(HttpContext http, IRevealCounts counts, TimeProvider time, CancellationToken cancellation)
    {
        var values = http.Request.Query;
        var (from, to) = ((DateTimeOffset?)null, (DateTimeOffset?)null);
        if ((QueryNames.Check(values, "from", "to") ?? QueryTimes.Read(values, "from", out from) ?? QueryTimes.Read(values, "to", out to)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        // Nothing was shown in the future, nor before computers counted; hours beyond the calendar's ends cannot be named.
        var now = time.GetUtcNow();
        var last = to is not { } end || end > now ? now : end < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : end;

        // Counted by whole hours, so the answer says which.
        var beforeHour = WatchReveals.HourOf(last.AddHours(1).AddMilliseconds(-1));
        var fromHour = from is { } start ? WatchReveals.HourOf(start) : beforeHour - (DefaultDays * 24);
        if (beforeHour - fromHour > LongestDays * 24)
        {
            return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "from", $"At most {LongestDays} days at once."));
        }

        var sums = await counts.SumAsync(fromHour, beforeHour, cancellation);
        return TypedResults.Ok(new RevealsAnswer(WatchReveals.StartOf(fromHour), WatchReveals.StartOf(Math.Max(fromHour, beforeHour)), [.. sums.Select(RevealSumAnswer.Of)]));
    }
}

/// <summary>The hours that were added up, and what was shown in them.</summary>
internal sealed record RevealsAnswer(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<RevealSumAnswer> Data);

/// <summary>What one person showed with one key; <paramref name="Key"/> is null for the key in the environment.</summary>
internal sealed record RevealSumAnswer(string Actor, string? Key, long Reveals, long Codes)
{
    public static RevealSumAnswer Of(RevealSum sum) =>
        new(sum.Actor, sum.KeyId == 0 ? null : PublicId.Format(PublicId.Key, sum.KeyId), sum.Reveals, sum.Codes);
}

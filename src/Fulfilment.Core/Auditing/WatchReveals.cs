using System.Globalization;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Auditing;

/// <summary>When an hour of reveals is unusual.</summary>
/// <param name="AtLeast">Fewer codes in an hour are never unusual.</param>
/// <param name="Factor">So many times the usual hour is unusual.</param>
/// <param name="WarmUpHours">How many earlier hours with reveals make a usual hour.</param>
public sealed record RevealWatchOptions(int AtLeast = 300, int Factor = 5, int WarmUpHours = 24)
{
    /// <summary>The most codes that an hour may show, given the hours before it.</summary>
    /// <param name="pattern">Codes of each earlier hour that showed any.</param>
    /// <param name="usual">The median of them; null: too few to tell, and the limit is that of a key whose usual hour has <see cref="AtLeast"/>.</param>
    public long Limit(IReadOnlyList<long> pattern, out long? usual)
    {
        ArgumentNullException.ThrowIfNull(pattern);

        // The median, because one theft among the hours must not make the next one usual.
        usual = pattern.Count >= WarmUpHours ? pattern.Order().ElementAt(pattern.Count / 2) : null;
        return Math.Max(AtLeast, Factor * (usual ?? AtLeast));
    }
}

/// <summary>
/// Holds the codes that each key shows in an hour against the key's own last two weeks and raises an alert on a spike: a stolen key, or somebody
/// who copies the stock of sold codes. Codes shown by the answer to a new order are sales, and not counted.
/// </summary>
public sealed class WatchReveals(IRevealCounts counts, RevealWatchOptions options, TimeProvider time)
{
    private const int PatternHours = 14 * 24;

    /// <summary>Looks at this hour and the one before, which the last look may have seen unfinished. How many alerts it raised.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var raised = 0;
        foreach (var busy in await counts.FindBusyAsync(HourOf(time.GetUtcNow()) - 1, options.AtLeast, cancellation).ConfigureAwait(false))
        {
            var pattern = await counts.PatternAsync(busy, busy.Hour - PatternHours, cancellation).ConfigureAwait(false);
            var limit = options.Limit(pattern, out var usual);
            if (busy.Codes > limit && await counts.AlertOnceAsync(busy, Describe(busy, limit, usual, pattern.Count)).ConfigureAwait(false))
            {
                raised++;
            }
        }

        return raised;
    }

    /// <summary>The hour that a time is in.</summary>
    public static long HourOf(DateTimeOffset at) => (long)Math.Floor(at.ToUnixTimeMilliseconds() / TimeSpan.FromHours(1).TotalMilliseconds);

    /// <summary>When an hour begins.</summary>
    public static DateTimeOffset StartOf(long hour) => DateTimeOffset.UnixEpoch.AddHours(hour);

    private static NewAlert Describe(RevealHour busy, long limit, long? usual, int hours)
    {
        var key = PublicId.Format(PublicId.Key, busy.KeyId);
        var with = busy.KeyId == 0 ? new AlertText("no key of its own", "非密钥方式") : new AlertText(key, $"密钥 {key}");
        var pattern = usual is { } median
            ? AlertText.Of(
                $"The usual hour of this key has {median}, the median of {hours} hours in two weeks; more than {limit} is unusual.",
                $"该密钥平时每小时 {median} 个(两周内 {hours} 个小时的中位数),超过 {limit} 个即为异常。")
            : AlertText.Of(
                $"This key has shown codes in only {hours} hours of the last two weeks; more than {limit} is unusual.",
                $"该密钥最近两周仅有 {hours} 个小时查看过卡密,超过 {limit} 个即为异常。");
        return new NewAlert(
            AlertKind.RevealSpike,
            AlertSeverity.Critical,
            busy.KeyId == 0 ? busy.Actor : $"key:{key}",
            string.Create(CultureInfo.InvariantCulture, $"reveals:{busy.Actor}:{busy.KeyId}:{busy.Hour}"),
            AlertText.Of(
                $"{busy.Actor} showed {busy.Codes} codes with {with.English} in the hour from {StartOf(busy.Hour):yyyy-MM-dd HH:mm} UTC.",
                $"{busy.Actor} 以{with.Chinese}在 {StartOf(busy.Hour):yyyy-MM-dd HH:mm}(UTC)起的一小时内查看了 {busy.Codes} 个卡密。") + pattern);
    }
}

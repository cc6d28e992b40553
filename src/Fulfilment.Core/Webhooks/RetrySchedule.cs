namespace Fulfilment.Core.Webhooks;

/// <summary>When an event that an endpoint did not take is sent again: after 5 s, 15 s, 45 s and so on up to every 8 hours, each a fifth more or less, for three days.</summary>
/// <param name="random">Spreads what failed together.</param>
public sealed class RetrySchedule(Random random)
{
    private const double Factor = 3, Spread = 0.2;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(5), Longest = TimeSpan.FromHours(8);

    /// <summary>The next time; null when there is none.</summary>
    /// <param name="attempts">How often it has been sent, at least once.</param>
    /// <param name="since">From when on the three days count.</param>
    /// <param name="now">The time.</param>
    public DateTimeOffset? Next(int attempts, DateTimeOffset since, DateTimeOffset now)
    {
        var end = since + WebhookOptions.TriedFor;
        if (now >= end)
        {
            return null;
        }

        var pause = Math.Min(First.TotalSeconds * Math.Pow(Factor, Math.Min(attempts, 30) - 1), Longest.TotalSeconds);
        var next = now + TimeSpan.FromSeconds(pause * (1 - Spread + (2 * Spread * random.NextDouble())));

        // The last one comes when the time is over, not up to eight hours before.
        return next < end ? next : end;
    }
}

using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>When an attempt is asked about next, and for how long.</summary>
/// <param name="timing">The supplier's.</param>
/// <param name="canQuery">Whether it can be asked at all.</param>
public sealed class SupplierTimes(SupplierTiming timing, bool canQuery)
{
    // A query leaves a moment after the right to it was committed; the next one must not come closer to it than the supplier accepts.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    // A node may go on for a moment with the settings that it has read.
    private static readonly TimeSpan SettingsReachNodes = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Seldom = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    // Of a supplier whose settings cannot be used now nothing can be asked; it may be mended at any time.
    private static readonly SupplierTimes OutOfReach = new(
        new SupplierTiming(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TimeSpan.FromDays(3), TimeSpan.FromHours(1)), canQuery: true);

    /// <summary>Whether it can be asked at all.</summary>
    public bool CanQuery => canQuery;

    /// <summary>How long a query may be under way before it leaves this machine no more.</summary>
    public static TimeSpan LeaveWithin => Slack;

    /// <summary>Those of a supplier; null: one that cannot be called now.</summary>
    public static SupplierTimes Of(ISupplier? supplier) => supplier is null ? OutOfReach : new SupplierTimes(supplier.Timing, supplier.CanQuery);

    /// <summary>When somebody must look who became of a submission if the process that sends it dies.</summary>
    public DateTimeOffset AfterSubmission(DateTimeOffset sendBefore) => sendBefore + timing.TotalTimeout + timing.FirstQueryAfter;

    /// <summary>The last time at which the whole of a submission, with its answer, can have been under way.</summary>
    public DateTimeOffset OverAt(Attempt attempt) => DateTimeOffset.FromUnixTimeMilliseconds(attempt.SendBeforeMs) + timing.TotalTimeout;

    /// <summary>Whether "no such order" means that there never will be one. Of an attempt that was submitted with other settings it says nothing: the account asked now may be another.</summary>
    /// <param name="attempt">Which.</param>
    /// <param name="asked">When the supplier was asked.</param>
    /// <param name="settingsChanged">When its settings were last replaced; null: never.</param>
    public bool IsNotFoundFinal(Attempt attempt, DateTimeOffset asked, DateTimeOffset? settingsChanged) =>
        asked >= OverAt(attempt) + timing.NotFoundGrace && !(attempt.CreatedAt <= settingsChanged + SettingsReachNodes);

    /// <summary>Whether no query can settle it any more.</summary>
    public bool IsWindowOver(Attempt attempt, DateTimeOffset now) => now >= attempt.CreatedAt + timing.QueryWindow;

    /// <summary>The latest time of the last query that allows another one now.</summary>
    public DateTimeOffset LastQueryBefore(DateTimeOffset now) => now - timing.QueryInterval;

    /// <summary>When it is to be asked about next: soon at first, then after ever longer pauses, and seldom once nobody can be asked.</summary>
    public DateTimeOffset Next(Attempt attempt, DateTimeOffset now)
    {
        if (IsWindowOver(attempt, now))
        {
            return now + Seldom;
        }

        if (!canQuery)
        {
            var over = attempt.CreatedAt + timing.QueryWindow;
            return attempt.State == AttemptState.Processing || over < now + Seldom ? over : now + Seldom;
        }

        var pause = Max(timing.QueryInterval, Min((now - attempt.CreatedAt) / 8, LongestPause));
        return attempt.QueriedAtMs is { } queried
            ? Max(now, DateTimeOffset.FromUnixTimeMilliseconds(queried) + pause + Slack)
            : now + timing.FirstQueryAfter;
    }

    /// <summary>When a code is to be asked for that the supplier says it has issued: at once, as far as it lets itself be asked.</summary>
    public DateTimeOffset ForCode(Attempt attempt, DateTimeOffset now) => canQuery && !IsWindowOver(attempt, now)
        ? attempt.QueriedAtMs is { } queried ? Max(now, DateTimeOffset.FromUnixTimeMilliseconds(queried) + timing.QueryInterval + Slack) : now
        : Next(attempt, now);

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

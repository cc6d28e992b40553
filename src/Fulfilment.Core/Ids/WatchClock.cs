using System.Globalization;
using Fulfilment.Core.Alerts;

namespace Fulfilment.Core.Ids;

/// <summary>A clock that others go by too.</summary>
public interface ISharedClock
{
    /// <summary>How far this host's clock is ahead of it; null where there is none.</summary>
    Task<TimeSpan?> AheadAsync(CancellationToken cancellation);
}

/// <summary>
/// Raises an alert while this host's clock and the database's drift apart, before they are so far apart that the host refuses to work, and for an hour after the
/// clock was set by more than that: due times, expiry and ids go by it. Each host watches its own.
/// </summary>
public sealed class WatchClock(ISharedClock shared, MatchAlerts match, IdGenerator ids, TimeProvider time) : IConditionWatch
{
    /// <summary>Half of what is allowed.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan StepHolds = TimeSpan.FromHours(1);

    private (DateTimeOffset Wall, long Timestamp)? _last;
    private (TimeSpan By, long Timestamp)? _step;

    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        NoteStep();
        var ahead = await shared.AheadAsync(cancellation).ConfigureAwait(false) ?? TimeSpan.Zero;
        var key = ForgetGoneHosts.KeysOf(ids.Node) + "clock";
        var causes = new List<string>();
        if (ahead.Duration() > Tolerance)
        {
            causes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"This host's clock is {ahead.Duration().TotalSeconds:0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the database's; at 2 s it refuses to work."));
        }

        if (_step is { } step)
        {
            causes.Add(string.Create(
                CultureInfo.InvariantCulture, $"This host's clock was set {(step.By > TimeSpan.Zero ? "forward" : "back")} by {step.By.Duration().TotalSeconds:0} s while it ran."));
        }

        await match.RunAsync(
            AlertKind.ClockSkew, key, causes.Count == 0 ? [] : [new NewAlert(AlertKind.ClockSkew, AlertSeverity.Critical, $"node:{ids.Node}", key, string.Join(' ', causes))])
            .ConfigureAwait(false);
    }

    // A clock that runs as it should goes as far as the monotonic one between two looks.
    private void NoteStep()
    {
        var now = (Wall: time.GetUtcNow(), Timestamp: time.GetTimestamp());
        if (_step is { } old && time.GetElapsedTime(old.Timestamp, now.Timestamp) > StepHolds)
        {
            _step = null;
        }

        if (_last is { } last && now.Wall - last.Wall - time.GetElapsedTime(last.Timestamp, now.Timestamp) is var by && by.Duration() > Tolerance)
        {
            _step = (by, now.Timestamp);
        }

        _last = now;
    }
}

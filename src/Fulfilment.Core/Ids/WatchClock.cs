using Fulfilment.Core.Alerts;

namespace Fulfilment.Core.Ids;

/// <summary>A clock that others go by too.</summary>
public interface ISharedClock
{
    /// <summary>How far this host's clock is ahead of it; null where there is none.</summary>
    Task<TimeSpan?> AheadAsync(CancellationToken cancellation);
}

/// <summary>
/// Raises an alert while this host's clock and the database's drift apart, before they are so far apart that the host refuses to work and from then on, and for an
/// hour after the clock was set by more than that: due times, expiry and ids go by it. Each host watches its own.
/// </summary>
/// <param name="shared">The database's clock.</param>
/// <param name="match">Raises and resolves.</param>
/// <param name="ids">Knows the host's number while it works.</param>
/// <param name="machine">The name of the machine whose clock it is.</param>
/// <param name="time">This host's clock.</param>
public sealed class WatchClock(ISharedClock shared, MatchAlerts match, IdGenerator ids, string machine, TimeProvider time) : IConditionWatch
{
    /// <summary>Half of what is allowed.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Refused = 2 * Tolerance;

    private static readonly TimeSpan StepHolds = TimeSpan.FromHours(1);

    private (DateTimeOffset Wall, long Timestamp)? _last;
    private (TimeSpan By, long Timestamp)? _step;

    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        NoteStep();
        var ahead = await shared.AheadAsync(cancellation).ConfigureAwait(false) ?? TimeSpan.Zero;
        var refuses = ahead.Duration() > Refused;
        await MatchAsync($"clock:{machine}:", $"host:{machine}", refuses ? [Drift(ahead)] : []).ConfigureAwait(false);
        if (refuses)
        {
            // It has no number to speak under, or will have none in a moment; that its clock was set is told once it has one.
            return;
        }

        var causes = new List<AlertText>();
        if (ahead.Duration() > Tolerance)
        {
            causes.Add(Drift(ahead));
        }

        if (_step is { } step)
        {
            causes.Add(Step(step.By));
        }

        await MatchAsync(ForgetGoneHosts.KeysOf(ids.Node) + "clock", $"node:{ids.Node}", causes).ConfigureAwait(false);
    }

    private Task MatchAsync(string key, string subject, IReadOnlyCollection<AlertText> causes) => match.RunAsync(
        AlertKind.ClockSkew, key, causes.Count == 0 ? [] : [new NewAlert(AlertKind.ClockSkew, AlertSeverity.Critical, subject, key, causes.Aggregate((all, next) => all + next))]);

    private static AlertText Drift(TimeSpan ahead) => ahead > TimeSpan.Zero
        ? AlertText.Of($"This host's clock is {ahead.TotalSeconds:0} s ahead of the database's; at 2 s it refuses to work.", $"本主机时钟比数据库快 {ahead.TotalSeconds:0} 秒;相差 2 秒即拒绝工作。")
        : AlertText.Of($"This host's clock is {-ahead.TotalSeconds:0} s behind the database's; at 2 s it refuses to work.", $"本主机时钟比数据库慢 {-ahead.TotalSeconds:0} 秒;相差 2 秒即拒绝工作。");

    private static AlertText Step(TimeSpan by) => by > TimeSpan.Zero
        ? AlertText.Of($"This host's clock was set forward by {by.TotalSeconds:0} s while it ran.", $"本主机运行期间时钟被调快 {by.TotalSeconds:0} 秒。")
        : AlertText.Of($"This host's clock was set back by {-by.TotalSeconds:0} s while it ran.", $"本主机运行期间时钟被调慢 {-by.TotalSeconds:0} 秒。");

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

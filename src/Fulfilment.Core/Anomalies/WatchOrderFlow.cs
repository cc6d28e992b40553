using Fulfilment.Core.Alerts;

namespace Fulfilment.Core.Anomalies;

/// <summary>
/// Looks, once a minute that is over, at the orders of the last minutes and holds them against the same hour of earlier weeks. What is at hand in memory is only
/// there for speed: another node, or this one after a restart, reads it anew and goes on with the alerts that are open.
/// </summary>
public sealed class WatchOrderFlow(IOrderFlow flow, KeepFlow keep, MatchAlerts match, IAlerts alerts, DescribeFlow describe, FlowDetector detector, TimeProvider time)
{
    // Enough for the levels to come in, and for one that was passed by to give in.
    private const int ReplayedBuckets = FlowLevel.GivesInAfter;

    // Of hours that are behind: a run is over in some seconds, and the next goes on.
    private const int PiecesARun = 24;

    // Buckets are kept once they are this old, so when the last one is older nobody has looked for a while.
    private const int FreshMinutes = FlowHistory.FailsWithinMinutes + (2 * FlowTime.BucketMinutes);

    // Whoever has not looked for so long does not know what another node has found meanwhile.
    private const int ElsewhereAfterMinutes = 2;

    private readonly FlowHistory _history = new(flow);
    private IReadOnlyDictionary<string, Alert>? _resumed;
    private long? _bucket;
    private long _judged = long.MinValue;
    private long _since;
    private int _running;

    /// <summary>How many anomalies go on; null: nothing was looked at, because no minute is over since the last look or older orders are still being counted.</summary>
    public async Task<int?> RunAsync(CancellationToken cancellation)
    {
        // A run that was asked for by hand finds nothing that the one under way does not.
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            return null;
        }

        try
        {
            return await LookAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private async Task<int?> LookAsync(CancellationToken cancellation)
    {
        var now = FlowTime.MinuteOf(time.GetUtcNow());
        if (now - 1 == _judged)
        {
            return null;
        }

        // Where nobody has looked for a while orders may not have been taken either, as during a restore; such minutes say nothing.
        var kept = await flow.FindKeptAsync(cancellation).ConfigureAwait(false) ?? 0;
        if (now - (kept * FlowTime.BucketMinutes) > FreshMinutes)
        {
            _since = now;
        }

        if (!await keep.RunAsync(now, PiecesARun, cancellation).ConfigureAwait(false))
        {
            return null;
        }

        if (_resumed is null || now - 1 - _judged > ElsewhereAfterMinutes)
        {
            _resumed = await ResumeAsync(now).ConfigureAwait(false);
        }

        await _history.CountAsync(now, cancellation).ConfigureAwait(false);
        await MoveAsync((now - 1) / FlowTime.BucketMinutes, cancellation).ConfigureAwait(false);
        detector.Judge(now - 1, _history.Minute, now - _since);
        await match.RunAsync(AlertKind.OrderFlow, "", [.. detector.Incidents.Select(Describe)]).ConfigureAwait(false);
        _judged = now - 1;
        return detector.Incidents.Count;
    }

    private async Task MoveAsync(long bucket, CancellationToken cancellation)
    {
        var kept = await flow.FindKeptAsync(cancellation).ConfigureAwait(false) ?? 0;
        var first = _bucket is { } last && bucket - last <= ReplayedBuckets ? last + 1 : bucket - ReplayedBuckets;
        var steps = Enumerable.Range(0, (int)(bucket - first) + 1).Select(step => first + step).ToList();
        if (steps.Count == 0)
        {
            return;
        }

        await _history.LoadAsync([.. steps.SelectMany(step => detector.PatternOf(step).Append(step - 1))], cancellation).ConfigureAwait(false);
        foreach (var step in steps)
        {
            detector.MoveTo(step, step - 1 < kept ? _history.Bucket(step - 1) : _history.Recent(step - 1), _history.Bucket);
            _bucket = step;
        }
    }

    private async Task<IReadOnlyDictionary<string, Alert>> ResumeAsync(long now)
    {
        var open = await alerts.StandingAsync(AlertKind.OrderFlow).ConfigureAwait(false);
        var found = new List<FlowIncident>();
        foreach (var key in open.Keys)
        {
            if (DescribeFlow.ParseKey(key) is var (kind, scope))
            {
                found.Add(new FlowIncident(now - 1, kind, scope));
            }
        }

        detector.Resume(found);
        return open;
    }

    // What another process found says what it said.
    private NewAlert Describe(FlowIncident incident)
    {
        var key = DescribeFlow.KeyOf(incident.Kind, incident.Scope);
        return incident.Anomaly is { } anomaly
            ? describe.Run(incident.SeenAt, anomaly)
            : _resumed!.GetValueOrDefault(key) is { } alert
                ? new NewAlert(alert.Kind, alert.Severity, alert.Subject, key, alert.Cause) { Group = alert.Group, Link = alert.Link }
                : throw new InvalidOperationException($"Nothing is known of {key}.");
    }
}

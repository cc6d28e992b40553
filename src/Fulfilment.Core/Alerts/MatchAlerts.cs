namespace Fulfilment.Core.Alerts;

/// <summary>For watches: makes the alerts of a kind that stand match what holds now. Costs one query where nothing has changed.</summary>
public sealed class MatchAlerts(IAlerts alerts)
{
    /// <summary>Raises those that are missing or say something else now, and resolves those that are over.</summary>
    /// <param name="kind">Of which kind; it has to be one that lasts.</param>
    /// <param name="prefix">Only alerts whose keys begin so are this watch's to resolve; empty: all of the kind.</param>
    /// <param name="holding">All that holds now of what this watch looks at.</param>
    public async Task RunAsync(AlertKind kind, string prefix, IReadOnlyCollection<NewAlert> holding)
    {
        ArgumentNullException.ThrowIfNull(holding);
        if (holding.FirstOrDefault(alert => alert.Kind != kind || !alert.Key.StartsWith(prefix, StringComparison.Ordinal)) is { } foreign)
        {
            throw new ArgumentException($"The alert {foreign.Key} would never be resolved by a watch over {kind} {prefix}*.", nameof(holding));
        }

        var standing = await alerts.StandingAsync(kind).ConfigureAwait(false);
        var over = standing.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        foreach (var alert in holding)
        {
            over.Remove(alert.Key);
            if (!standing.TryGetValue(alert.Key, out var known) || alert.SaysMoreThan(known))
            {
                await alerts.RaiseAsync(alert).ConfigureAwait(false);
            }
        }

        foreach (var key in over)
        {
            await alerts.ResolveAsync(key).ConfigureAwait(false);
        }
    }
}

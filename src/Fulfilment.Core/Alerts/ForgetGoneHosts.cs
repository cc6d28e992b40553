using System.Globalization;

namespace Fulfilment.Core.Alerts;

/// <summary>Knows which hosts live.</summary>
public interface ILiveHosts
{
    /// <summary>The node numbers that a process holds now.</summary>
    Task<IReadOnlySet<int>> NodesAsync(CancellationToken cancellation);
}

/// <summary>
/// Resolves what hosts that are gone have said of themselves. A host resolves its own alerts only while it keeps its number; one that was killed, moved or scaled
/// away, or came back under another number, would leave them standing for ever.
/// </summary>
public sealed class ForgetGoneHosts(ILiveHosts hosts, IAlerts alerts) : IConditionWatch
{
    private const string Prefix = "node:";

    private static readonly AlertKind[] OfHosts = [AlertKind.DiskNearlyFull, AlertKind.ClockSkew, AlertKind.BreakerOpen, AlertKind.PoolDegraded];

    /// <summary>How the keys of a host's alerts begin.</summary>
    public static string KeysOf(int node) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{node}:");

    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var keys = new List<string>();
        foreach (var kind in OfHosts)
        {
            keys.AddRange((await alerts.StandingAsync(kind).ConfigureAwait(false)).Keys);
        }

        if (keys.Count == 0)
        {
            return;
        }

        var live = await hosts.NodesAsync(cancellation).ConfigureAwait(false);
        foreach (var key in keys.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal) && !live.Any(node => key.StartsWith(KeysOf(node), StringComparison.Ordinal))))
        {
            await alerts.ResolveAsync(key).ConfigureAwait(false);
        }
    }
}

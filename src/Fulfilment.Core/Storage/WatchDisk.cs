using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Storage;

/// <summary>When a disk is nearly full.</summary>
/// <param name="FreePercent">Less of it is free.</param>
public sealed record DiskWatchOptions(int FreePercent = 10);

/// <summary>The disk that this host writes to.</summary>
public interface IHostDisk
{
    /// <summary>Its room; null where it cannot be told.</summary>
    DiskRoom? Measure();
}

/// <summary>Room on a disk.</summary>
/// <param name="Folder">A folder on it.</param>
/// <param name="FreeBytes">What is free for this process.</param>
/// <param name="TotalBytes">The whole.</param>
public sealed record DiskRoom(string Folder, long FreeBytes, long TotalBytes)
{
    /// <summary>What is free, in percent.</summary>
    public double FreePercent => TotalBytes == 0 ? 0 : 100.0 * FreeBytes / TotalBytes;
}

/// <summary>
/// Raises an alert while this host's disk is nearly full: on a full one no order is taken. A disk has to have two percent more free before it is over.
/// Each host watches its own.
/// </summary>
public sealed class WatchDisk(IHostDisk disk, IAlerts alerts, MatchAlerts match, IdGenerator ids, DiskWatchOptions options) : IConditionWatch
{
    private const int Margin = 2;

    // Writing the log ahead of the database needs room that a check of percents does not see on small disks.
    private const long FewestBytes = 512L * 1024 * 1024;

    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var key = ForgetGoneHosts.KeysOf(ids.Node) + "disk";
        var isSaid = (await alerts.StandingAsync(AlertKind.DiskNearlyFull).ConfigureAwait(false)).ContainsKey(key);
        await match.RunAsync(AlertKind.DiskNearlyFull, key, disk.Measure() is { } room && IsShort(room, isSaid) ? [Describe(key, room)] : []).ConfigureAwait(false);
    }

    private bool IsShort(DiskRoom room, bool isSaid) =>
        room.FreePercent < options.FreePercent + (isSaid ? Margin : 0) || room.FreeBytes < FewestBytes;

    // In whole percents, so that the alert is not written anew with every order.
    private NewAlert Describe(string key, DiskRoom room) => new(
        AlertKind.DiskNearlyFull,
        room.FreePercent < options.FreePercent / 2.0 || room.FreeBytes < FewestBytes ? AlertSeverity.Critical : AlertSeverity.Warning,
        $"node:{ids.Node}",
        key,
        AlertText.Of(
            $"{Math.Floor(room.FreePercent):0} % of the disk of {room.Folder} are free, of {room.TotalBytes / 1e9:0} GB; on a full disk no order is taken.",
            $"{room.Folder} 所在磁盘({room.TotalBytes / 1e9:0} GB)仅剩 {Math.Floor(room.FreePercent):0} % 可用;磁盘写满后无法接单。"));
}

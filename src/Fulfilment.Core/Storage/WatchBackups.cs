using Fulfilment.Core.Alerts;

namespace Fulfilment.Core.Storage;

/// <summary>When a backup is too old.</summary>
/// <param name="Hours">Older than so many hours.</param>
public sealed record BackupWatchOptions(int Hours = 36);

/// <summary>Knows when the database was last backed up.</summary>
public interface IBackupRecord
{
    /// <summary>When the last backup was taken, or, if there is none, when there was first something to lose; null: there is nothing yet, or it is not known.</summary>
    Task<LastBackup?> FindAsync(CancellationToken cancellation);
}

/// <summary>How old the newest backup is.</summary>
/// <param name="At">When it was taken.</param>
/// <param name="IsThere">False: there is none, and the time is that of the first order.</param>
public sealed record LastBackup(DateTimeOffset At, bool IsThere);

/// <summary>Raises an alert while the newest backup is old, or there is none although there are orders.</summary>
public sealed class WatchBackups(IBackupRecord record, MatchAlerts match, BackupWatchOptions options, TimeProvider time) : IConditionWatch
{
    /// <inheritdoc/>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var last = await record.FindAsync(cancellation).ConfigureAwait(false);
        await match.RunAsync(AlertKind.BackupTooOld, "", last is not null && time.GetUtcNow() - last.At > TimeSpan.FromHours(options.Hours) ? [Describe(last)] : []).ConfigureAwait(false);
    }

    private NewAlert Describe(LastBackup last) => new(
        AlertKind.BackupTooOld,
        AlertSeverity.Critical,
        "database",
        "backup",
        last.IsThere
            ? AlertText.Of(
                $"The last backup was taken at {last.At:yyyy-MM-dd HH:mm} UTC; more than {options.Hours} hours are too many.",
                $"最近一次备份在 {last.At:yyyy-MM-dd HH:mm}(UTC),已超过 {options.Hours} 小时。")
            : AlertText.Of(
                $"There has never been a backup, and orders since {last.At:yyyy-MM-dd HH:mm} UTC; more than {options.Hours} hours are too many.",
                $"从未备份,而自 {last.At:yyyy-MM-dd HH:mm}(UTC)起已有订单,已超过 {options.Hours} 小时。"));
}

using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Pool.Redis;

/// <summary>Looks after the pool in Redis from this node: puts back what dead nodes hold, notices that Redis is away or back, and raises and resolves the alert.</summary>
public sealed partial class RedisPoolWatch(RedisCardKeyPool pool, IAlerts alerts, IdGenerator ids, TimeProvider time, ILogger<RedisPoolWatch> logger)
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private bool _wasDegraded;

    // Null until the first look: the alert of a process that ended while Redis was away may still stand.
    private bool? _isRaised;

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            try
            {
                await LookAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A look that failed is made up for by the next one.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(exception);
            }
        }
    }

    internal async Task LookAsync()
    {
        await pool.SweepAsync().ConfigureAwait(false);
        var isDegraded = pool.IsDegraded;
        if (isDegraded != _wasDegraded)
        {
            _wasDegraded = isDegraded;
            if (isDegraded)
            {
                LogDegraded();
            }
            else
            {
                LogBack();
                pool.Verify();
            }
        }

        if (isDegraded != _isRaised)
        {
            await TellAsync(isDegraded).ConfigureAwait(false);
            _isRaised = isDegraded;
        }
    }

    private Task TellAsync(bool isDegraded)
    {
        // Each node sees Redis for itself.
        var subject = $"node:{ids.Node}";
        var key = ForgetGoneHosts.KeysOf(ids.Node) + "pool";
        return isDegraded
            ? alerts.RaiseAsync(new NewAlert(
                AlertKind.PoolDegraded, AlertSeverity.Warning, subject, key,
                AlertText.Of(
                    $"Redis is away, slow, full or read-only for this node. Orders are taken and codes come from the table, more slowly; the pool comes back by itself.",
                    $"本节点的 Redis 无法连接、过慢、已满或只读。期间照常接单,卡密改从数据表领取,速度较慢;Redis 恢复后自动切回。")))
            : alerts.ResolveAsync(key);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pool is degraded: Redis is away, slow, full or read-only. Codes are taken from the table until it is back.")]
    private partial void LogDegraded();

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is back, and the pool's windows are read anew.")]
    private partial void LogBack();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pool in Redis could not be looked after; it is looked after again.")]
    private partial void LogFailed(Exception exception);
}

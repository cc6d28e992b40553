using Fulfilment.Core.Ids;
using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>Writes nudges into Hangfire's storage as scheduled jobs, one after the other and apart from whoever gave them.</summary>
public sealed partial class QueueWriter(HangfireQueue queue, IBackgroundJobClient client, OrderChains chains, TimeProvider time, ILogger<QueueWriter> log) : BackgroundService
{
    // While the storage is down; what comes meanwhile waits, and the oldest of it is dropped.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private bool _isDown;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await foreach (var job in queue.Shown.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                Write(job);
                _isDown = false;
            }
#pragma warning disable CA1031 // It is a picture of the work, and the work goes on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!_isDown)
                {
                    LogFailed(exception);
                    _isDown = true;
                }

                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private void Write(ShownJob job)
    {
        var order = job.OrderId is { } orderId ? PublicId.Format(PublicId.Order, orderId) : "";
        var (unit, delivery) = (PublicId.Format(PublicId.Unit, job.Id), PublicId.Format(PublicId.Event, job.Id));
        var number = job.IsUnit
            ? client.Schedule<ScheduledLooks>(looks => looks.LookAtUnitAsync(order, unit, CancellationToken.None), job.At)
            : client.Schedule<ScheduledLooks>(looks => looks.LookAtDelivery(order, delivery), job.At);
        if (job.OrderId is { } id)
        {
            chains.Add(id, number);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Hangfire's storage cannot be written. Work goes on without it; later looks at units and webhooks are not shown until it can.")]
    private partial void LogFailed(Exception exception);
}

using Fulfilment.Core.Alerts.Channels;

namespace Fulfilment.Host.Jobs;

/// <summary>Tells people what is due, each channel by itself: one that is slow or down delays no other. The rows are the truth; this only looks often enough.</summary>
internal sealed partial class AlertWorker(
    AddressAlerts address, SendAlerts send, INotificationStore store, AlertPolicy policy, TimeProvider time, ILogger<AlertWorker> log)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Task> _underWay = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await LookAsync(stopping);
            }
        }
        finally
        {
            // What is being sent is finished: its answer decides whether it is sent again.
            await Task.WhenAll(_underWay.Values);
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        try
        {
            await address.RunAsync(stopping);
            var due = await store.FindDueAsync(stopping);
            foreach (var channel in policy.Channels.Where(channel => due.Contains(channel.Name) && _underWay.GetValueOrDefault(channel.Name) is not { IsCompleted: false }))
            {
                _underWay[channel.Name] = SendAsync(channel, stopping);
            }
        }
#pragma warning disable CA1031 // The next look finds what this one missed; the worker must live.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(exception);
        }
    }

    private async Task SendAsync(AlertChannel channel, CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested && await send.RunAsync(channel, CancellationToken.None))
            {
            }
        }
#pragma warning disable CA1031 // Said; what was to be sent is due again when the lease is over.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotSent(exception, channel.Name);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A look at alerts to tell failed; it is tried again.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Error, "The alert channel {Channel} could not be served; it is tried again.")]
    private partial void LogNotSent(Exception exception, string channel);
}

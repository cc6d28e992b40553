namespace Fulfilment.Host;

/// <summary>Notices encryption keys that are added, activated or retired while this host serves, and says so to the others through the database.</summary>
internal sealed partial class KeyWatch(EngineKeys keys, NodeNumber node, TimeProvider time, ILogger<KeyWatch> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        string? said = null;
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                if (await keys.RefreshAsync())
                {
                    await node.RenewAsync();
                }

                said = null;
            }
#pragma warning disable CA1031 // Asked again in a second. Saying it to the others renews this node's lease, which a clock that is off refuses: no reason to stop the host.
            catch (Exception exception) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                // Asked every second: the same sentence once.
                if (said != exception.Message)
                {
                    LogFailed(exception);
                    said = exception.Message;
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The keys could not be read again; those loaded before stay in force.")]
    private partial void LogFailed(Exception exception);
}

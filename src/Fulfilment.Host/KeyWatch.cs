using System.Data.Common;

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
            catch (Exception exception) when (exception is DbException or SetupException or IOException or UnauthorizedAccessException)
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

using Fulfilment.Core.Jobs;
using Fulfilment.Infrastructure.Jobs;

namespace Fulfilment.Host.Jobs;

/// <summary>Keeps the job engine running, and starts it anew when it ends: until then jobs run by the sweep, a little late.</summary>
internal sealed partial class JobEngineLoop(IJobEngine engine, JobRunner runner, TimeProvider time, ILogger<JobEngineLoop> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await engine.RunAsync(runner.Jobs, runner.TickAsync, stopping);
            }
#pragma warning disable CA1031 // Whatever ended it, the jobs need no engine, and it is started anew.
            catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogEnded(exception, engine.Name);
            }

            await Task.Delay(Pause, time, stopping);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The job engine {Engine} ended. The recurring jobs go on without it, a little late, until it is started anew.")]
    private partial void LogEnded(Exception exception, string engine);
}

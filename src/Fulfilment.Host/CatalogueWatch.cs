using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>Notices what commands beside this host, or other hosts, have changed in the catalogue.</summary>
internal sealed partial class CatalogueWatch(CatalogueCache catalogue, TimeProvider time, ILogger<CatalogueWatch> logger)
{
    // A change made elsewhere is in force here within a second.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                await catalogue.RefreshAsync(stop);
            }
#pragma warning disable CA1031 // A look that failed is made up for by the next one; a driver fails in more ways than DbException.
            catch (Exception exception) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogue could not be read; the last one read stays in force.")]
    private partial void LogFailed(Exception exception);
}

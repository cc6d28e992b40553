using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers.Products;

namespace Fulfilment.Host.Jobs;

/// <summary>How often the catalogue follows its suppliers.</summary>
internal sealed record ProductWatchOptions(TimeSpan Interval);

/// <summary>Lets costs, shelf and automatic prices follow what suppliers sell.</summary>
internal sealed partial class ProductWatch(SyncProducts sync, ICatalogue catalogue, ProductWatchOptions options, ILogger<ProductWatch> log) : IRecurringJob
{
    private static readonly Actor Watch = new("job:products", null);

    public string Name => "products";

    public TimeSpan Interval => options.Interval;

    public async Task RunAsync(CancellationToken stopping)
    {
        foreach (var supplier in catalogue.Current.Suppliers.Where(supplier => supplier is { Active: true, Adapter: not null }))
        {
            try
            {
                if (await sync.RunAsync(supplier, Watch, stopping) is { Changed.Count: > 0 } synced)
                {
                    LogSynced(supplier.Code, synced.Changed.Count, synced.Refused.Count);
                }
            }
#pragma warning disable CA1031 // One supplier's fault must not keep the others from being looked at.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(exception, supplier.Code);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} SKUs follow what {Supplier} sells; {Refused} could not.")]
    private partial void LogSynced(string supplier, int count, int refused);

    [LoggerMessage(2, LogLevel.Error, "The products of {Supplier} could not be followed; it is tried again.")]
    private partial void LogFailed(Exception exception, string supplier);
}

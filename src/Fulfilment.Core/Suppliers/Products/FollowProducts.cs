using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>Lets costs, shelf and automatic prices follow what each active supplier sells.</summary>
public sealed partial class FollowProducts(SyncProducts sync, ICatalogue catalogue, ILogger<FollowProducts> log)
{
    private static readonly Actor Follower = new("job:products", null);

    /// <summary>What changed, for people; null: nothing.</summary>
    /// <exception cref="AggregateException">Some suppliers could not be followed; the others were.</exception>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        var (changed, refused) = (0, 0);
        var failures = new List<Exception>();
        foreach (var supplier in catalogue.Current.Suppliers.Where(supplier => supplier is { Active: true, Adapter: not null }))
        {
            try
            {
                var synced = await sync.RunAsync(supplier, Follower, cancellation).ConfigureAwait(false);
                changed += synced?.Changed.Count ?? 0;
                refused += synced?.Refused.Count ?? 0;
            }
#pragma warning disable CA1031 // One supplier's fault must not keep the others from being looked at.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFailed(exception, supplier.Code);
                failures.Add(exception);
            }
        }

        return failures.Count > 0 ? throw new AggregateException(failures) : changed > 0 ? $"{changed} SKUs follow what suppliers sell; {refused} could not." : null;
    }

    [LoggerMessage(1, LogLevel.Error, "The products of {Supplier} could not be followed; it is tried again.")]
    private partial void LogFailed(Exception exception, string supplier);
}

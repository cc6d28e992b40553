using Fulfilment.Core.Ids;
using Hangfire;
using Hangfire.Storage;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>Which jobs served an order: a set of their numbers in Hangfire's storage, which goes when they do.</summary>
public sealed class OrderChains(JobStorage storage, TimeProvider time)
{
    private const int Most = 200;

    /// <summary>Remembers a job of an order.</summary>
    internal void Add(long orderId, string jobId)
    {
        using var connection = storage.GetConnection();
        using var transaction = connection.CreateWriteTransaction();
        transaction.AddToSet(KeyOf(orderId), jobId, time.GetUtcNow().ToUnixTimeSeconds());
        if (transaction is JobStorageTransaction able)
        {
            able.ExpireSet(KeyOf(orderId), HangfireOptions.Kept);
        }

        transaction.Commit();
    }

    /// <summary>The jobs that are still stored, the oldest first.</summary>
    internal IReadOnlyList<ChainedJob> Read(long orderId)
    {
        using var connection = storage.GetConnection();
        var numbers = connection is JobStorageConnection able ? able.GetRangeFromSet(KeyOf(orderId), 0, Most - 1) : [.. connection.GetAllItemsFromSet(KeyOf(orderId)).Take(Most)];
        var monitor = storage.GetMonitoringApi();
        return [.. numbers.Select(number => (number, Details: monitor.JobDetails(number))).Where(job => job.Details?.Job is not null)
            .Select(job => ChainedJob.Of(job.number, job.Details)).OrderBy(job => job.CreatedAt)];
    }

    private static string KeyOf(long orderId) => $"order-jobs:{PublicId.Format(PublicId.Order, orderId)}";
}

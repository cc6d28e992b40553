using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>Keeps a job that has ended for as long as its order's chain is shown.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KeepForAttribute : JobFilterAttribute, IApplyStateFilter
{
    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) => context.JobExpirationTimeout = HangfireOptions.Kept;

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        // Nothing was kept for the state that is left.
    }
}

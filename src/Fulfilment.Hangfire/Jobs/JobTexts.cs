using Hangfire.Common;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>Names of jobs as the dashboard shows them.</summary>
internal static class JobTexts
{
    public static string Of(Job job) => (job.Method.Name, job.Args) switch
    {
        (nameof(ScheduledLooks.LookAtUnitAsync), [string, string unit, ..]) => $"Look at {unit}",
        (nameof(ScheduledLooks.LookAtDelivery), [string, string delivery]) => $"Try {delivery} again",
        (nameof(RecurringTicks.RunAsync), [string name, ..]) => name,
        _ => job.Method.Name,
    };
}

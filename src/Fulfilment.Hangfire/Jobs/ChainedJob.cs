using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage.Monitoring;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>A job that served an order.</summary>
/// <param name="Id">Hangfire's number.</param>
/// <param name="What">What it was to do.</param>
/// <param name="State">Where it stands.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="ChangedAt">When it came to this state.</param>
/// <param name="Says">What came of it.</param>
internal sealed record ChainedJob(string Id, string What, string State, DateTime? CreatedAt, DateTime? ChangedAt, string Says)
{
    public static ChainedJob Of(string id, JobDetailsDto details)
    {
        var last = details.History.FirstOrDefault();
        return new ChainedJob(id, JobTexts.Of(details.Job), last?.StateName ?? "", details.CreatedAt, last?.CreatedAt, Say(last));
    }

    private static string Say(StateHistoryDto? state) => state?.StateName switch
    {
        null => "",
        var name when name == SucceededState.StateName => Read(state, "Result").Trim('"'),
        var name when name == ScheduledState.StateName => $"for {JobHelper.DeserializeNullableDateTime(Read(state, "EnqueueAt")):u}",
        var name when name == FailedState.StateName => Read(state, "ExceptionType"),
        _ => state.Reason ?? "",
    };

    private static string Read(StateHistoryDto state, string name) => state.Data.TryGetValue(name, out var value) ? value : "";
}

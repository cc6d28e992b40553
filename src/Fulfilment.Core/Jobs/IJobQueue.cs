namespace Fulfilment.Core.Jobs;

/// <summary>
/// Makes rows that are due prompt: a nudge that may be lost, repeated or late without harm, because the rows are swept. Says ids and times and nothing else, and
/// never waits. An engine with storage of its own shows these as scheduled jobs that own no state.
/// </summary>
public interface IJobQueue
{
    /// <summary>A unit is to be looked at again then, which is some time ahead: asked for at its supplier. What is due at once raises a <see cref="WorkSignal"/>.</summary>
    void UnitDue(long orderId, long unitId, DateTimeOffset at);

    /// <summary>A delivery to a webhook endpoint is to be tried again then, which is some time ahead; it tells of the order, if of one.</summary>
    void WebhookDue(long? orderId, long deliveryId, DateTimeOffset at);

    /// <summary>Somebody asked for a run of this recurring job.</summary>
    void RunNow(string job);
}

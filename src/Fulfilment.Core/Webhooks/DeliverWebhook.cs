using Fulfilment.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Core.Webhooks;

/// <summary>Sends one event to one endpoint, signed with every live secret, and says what that comes to. The lease is the caller's, and so is storing the result.</summary>
public sealed partial class DeliverWebhook(IWebhookSender sender, IWebhookVault vault, RetrySchedule schedule, TimeProvider time, ILogger<DeliverWebhook> log)
{
    /// <summary>What came of it. A delivery that could not be made, through a fault of ours, is tried again like any other.</summary>
    public async Task<DeliveryResult> RunAsync(LeasedDelivery delivery, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        OpenTransaction.RequireNone();
        WebhookAnswer answer;
        try
        {
            answer = await sender.SendAsync(Sign(delivery.Target, delivery.Message.PublicId, delivery.Message.ToJson()), cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new DeliveryResult(delivery, DeliveryEnd.Released, time.GetUtcNow().ToUnixTimeMilliseconds());
        }
#pragma warning disable CA1031 // Whatever it is, it must not stop the others; it is said, and the event is tried again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, delivery.Message.Id);
            answer = new WebhookAnswer(null, "internal", null);
        }

        return Judge(delivery, answer);
    }

    /// <summary>Signs a body for an endpoint.</summary>
    internal WebhookRequest Sign(DeliveryTarget target, string id, ReadOnlyMemory<byte> body)
    {
        var now = time.GetUtcNow();
        var signatures = string.Join(' ', target.Secrets.Select(secret => WebhookSignature.Sign(vault.Reveal(secret), id, now, body.Span)));
        return new WebhookRequest(new Uri(target.Endpoint.Url), id, now, signatures, body);
    }

    private DeliveryResult Judge(LeasedDelivery delivery, WebhookAnswer answer)
    {
        if (answer.IsSuccess)
        {
            return new DeliveryResult(delivery, DeliveryEnd.Delivered, null, answer);
        }

        var now = time.GetUtcNow();
        var queued = DateTimeOffset.FromUnixTimeMilliseconds(delivery.QueuedAtMs);
        var since = delivery.Target.Endpoint.ResumedAt is { } resumed && resumed > queued ? resumed : queued;
        var next = schedule.Next(delivery.Attempts + 1, since, now);
        var end = answer.IsGone ? DeliveryEnd.Gone : next is null ? DeliveryEnd.GivenUp : DeliveryEnd.Retried;

        // What waits for an endpoint that is gone is due as soon as somebody resumes it.
        return new DeliveryResult(delivery, end, end == DeliveryEnd.GivenUp ? null : (next ?? now).ToUnixTimeMilliseconds(), answer);
    }

    [LoggerMessage(1, LogLevel.Error, "The webhook of event {Event} could not be sent through a fault of ours; it is tried again.")]
    private partial void LogFailed(Exception exception, long @event);
}

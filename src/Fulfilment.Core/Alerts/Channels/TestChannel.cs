using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Alerts.Channels;

/// <summary>Sends a message that tells nothing on one channel, at once and whatever the hour, and says what its service answered.</summary>
public sealed class TestChannel(AlertPolicy policy, AlertTexts texts, IAuditStore audit, IdGenerator ids, TimeProvider time)
{
    /// <summary>The answer; or <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<SendAnswer>> RunAsync(string name, Actor actor, CancellationToken cancellation)
    {
        if (policy.Channels.FirstOrDefault(channel => channel.Name == name) is not { } channel)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var id = ids.Next();
        await audit.RecordAsync(new AuditEntry(id, actor, "alertChannel.tested", $"alertChannel:{name}")).ConfigureAwait(false);
        using var patience = new CancellationTokenSource(SendAlerts.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await channel.Transport.SendAsync(texts.Test(PublicId.Format("msg_", id), time.GetUtcNow(), name), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new SendAnswer(IsSent: false, $"no answer within {SendAlerts.Patience.TotalSeconds:0} s");
        }
    }
}

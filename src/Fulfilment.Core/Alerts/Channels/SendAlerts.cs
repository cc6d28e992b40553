using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Core.Alerts.Channels;

/// <summary>
/// Sends what is due on a channel, one message at a time and by one node at a time. It is sent at least once: who dies between the service's answer and our
/// record of it leaves the message due.
/// </summary>
public sealed partial class SendAlerts(
    INotificationStore store, AlertTexts texts, BusinessCalendar calendar, TimeProvider time, ILogger<SendAlerts> log)
{
    /// <summary>How long a service may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private const int AtOnce = 1_000;

    private static readonly TimeSpan LeaseFor = 2 * Patience, FirstPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>Sends the next message of the channel, or clears away what needs none; false: there is no more to do now, or another node does it.</summary>
    public async Task<bool> RunAsync(AlertChannel channel, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (await store.TryLeaseAsync(channel.Name, LeaseFor).ConfigureAwait(false) is not { } failures)
        {
            return false;
        }

        var now = time.GetUtcNow();
        var waiting = await store.FindWaitingAsync(channel.Name, AtOnce).ConfigureAwait(false);
        var choice = MessageChoice.Of(waiting, now, channel.Quiet?.EndOf(now, calendar.Zone));
        var answer = choice.Alerts.Count == 0 ? null : await SendAsync(channel, choice, now, cancellation).ConfigureAwait(false);
        var outcome = Outcome(channel, choice, answer, failures);
        await store.EndAsync(channel.Name, outcome).ConfigureAwait(false);
        Tell(channel, outcome, failures);
        return answer?.IsSent ?? choice.LeftOut.Count + choice.PutOff.Count > 0;
    }

    private async Task<SendAnswer> SendAsync(AlertChannel channel, MessageChoice choice, DateTimeOffset now, CancellationToken cancellation)
    {
        var message = texts.Compose(IdOf(choice.Told), now, choice.Group, choice.Alerts);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await channel.Transport.SendAsync(message, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new SendAnswer(IsSent: false, $"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    private SendOutcome Outcome(AlertChannel channel, MessageChoice choice, SendAnswer? answer, int failures)
    {
        var now = time.GetUtcNow();
        var outcome = new SendOutcome
        {
            LeftOut = IdsOf(choice.LeftOut), PutOff = IdsOf(choice.PutOff), PutOffUntil = choice.PutOffUntil, Answer = answer, NextAt = now + (answer is null ? TimeSpan.Zero : channel.Gap),
        };
        if (answer is null)
        {
            return outcome;
        }

        if (answer.IsSent)
        {
            return outcome with { Sent = IdsOf(choice.Told) };
        }

        // A message that is refused goes behind what else waits; the channel rests, and what waits for it becomes one message.
        var given = choice.Told.Where(notification => now - IdGenerator.TimeOf(notification.Id) > AlertPolicy.GiveUpAfter).ToList();
        var pause = Pause(failures);
        return outcome with
        {
            GivenUp = IdsOf(given), Failed = IdsOf([.. choice.Told.Except(given)]), FailedDueAt = now + Pause(choice.Told.Max(notification => notification.Attempts)),
            NextAt = now + (answer.RetryAfter > pause ? answer.RetryAfter.Value : pause),
        };
    }

    private static TimeSpan Pause(int failures) => failures >= 6 ? LongestPause : FirstPause * Math.Pow(2, failures);

    private void Tell(AlertChannel channel, SendOutcome outcome, int failures)
    {
        if (outcome.GivenUp.Count > 0)
        {
            LogGivenUp(channel.Name, outcome.GivenUp.Count);
        }

        // Once an outage, not at each try: the channel's state says the rest.
        if (outcome.Answer is { IsSent: false } failed && failures == 0)
        {
            LogFailed(channel.Name, failed.Detail);
        }
        else if (outcome.Answer is { IsSent: true } && failures > 0)
        {
            LogBack(channel.Name);
        }
    }

    private static string IdOf(IReadOnlyList<WaitingNotification> told)
    {
        var content = string.Join(',', told.Select(notification => string.Create(CultureInfo.InvariantCulture, $"{notification.Id}:{(int)notification.Alert.Status}")));
        return "msg_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(content)).AsSpan(0, 16));
    }

    private static List<long> IdsOf(IReadOnlyList<WaitingNotification> notifications) => [.. notifications.Select(notification => notification.Id)];

    [LoggerMessage(1, LogLevel.Error, "The alert channel {Channel} fails: {Detail}. What it has to tell is tried again for a day.")]
    private partial void LogFailed(string channel, string detail);

    [LoggerMessage(2, LogLevel.Information, "The alert channel {Channel} works again.")]
    private partial void LogBack(string channel);

    [LoggerMessage(3, LogLevel.Error, "{Count} messages on the alert channel {Channel} could not be sent for a day and are given up.")]
    private partial void LogGivenUp(string channel, int count);
}

using System.Globalization;
using System.Text.Json;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Host.Conformance;

/// <summary>What a webhook endpoint must get right. Each check plays events of an order of its own.</summary>
internal sealed class WebhookChecks(ConformanceOptions options, WebhookPlayer player, ShopState state)
{
    private static readonly TimeSpan TooOld = TimeSpan.FromHours(1);

    private readonly Random _random = new(options.Seed);
    private readonly WebhookSecret _wrong = WebhookSecret.TryParse("whsec_" + Convert.ToBase64String(new byte[32]), out var secret) ? secret : throw new InvalidOperationException();
    private int _orders;

    public IReadOnlyList<Check> All =>
    [
        new("good event", "Answer a genuine event with 2xx within ten seconds: store it first, work on it afterwards.", GoodAsync),
        new("tampered body", "Verify the signature over the bytes of the body as they came, before parsing, and refuse with 401.", TamperedAsync),
        new("wrong secret", "Verify the signature with your whsec_ secret and refuse with 401 what does not match.", WrongSecretAsync),
        new("missing headers", "Refuse with 400 or 401 when webhook-id, webhook-timestamp or webhook-signature is missing.", MissingHeadersAsync),
        new("old timestamp", "Refuse when webhook-timestamp is more than five minutes from now, on either side: it may be a recording.", OldAsync),
        new("same event twice", "Keep each webhook-id under a unique key and act once; answer a repeat with 2xx.", TwiceAsync),
        new("same event twice at once", "Let the unique key on webhook-id decide, in the transaction that acts: looking first and acting later lets both through.", AtOnceAsync),
        new("older version after newer", "Keep the version of each order and leave it alone when an event's version is not higher; answer 2xx.", OutOfOrderAsync),
        new("late event", "Judge the age by webhook-timestamp, which is of this sending. The event itself may be hours old after an outage.", LateAsync),
        new("unknown type", "Answer 2xx to types you do not know and ignore them: there will be new ones.", UnknownTypeAsync),
        new("unknown fields", "Ignore fields you do not know: there will be new ones.", UnknownFieldsAsync),
        new("two signatures", "webhook-signature may hold several signatures separated by spaces while a secret is rotated; accept if any matches.", TwoSignaturesAsync),
        new("connection lost before the answer", "Finish what has begun when the connection closes, and take the repeat for what it is: the same webhook-id.", LostAsync),
    ];

    private async Task<string?> GoodAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        return Accepted(await player.SendAsync(player.Sign(id, body))) ?? await state.ExpectAsync(reference, "fulfilled", 1);
    }

    private async Task<string?> TamperedAsync()
    {
        var (reference, id, body) = Event("order.failed", "failed", 1);
        var sent = player.Sign(id, body);
        return Refused(await player.SendAsync(sent with { Body = body.Replace("failed", "fulfilled", StringComparison.Ordinal) }))
            ?? await state.ExpectNothingAsync(reference);
    }

    private async Task<string?> WrongSecretAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        return Refused(await player.SendAsync(player.Sign(id, body, secret: _wrong))) ?? await state.ExpectNothingAsync(reference);
    }

    private async Task<string?> MissingHeadersAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        var good = player.Sign(id, body);
        (string Header, SentWebhook Sent)[] without =
        [
            (WebhookSignature.IdHeader, good with { Id = null }),
            (WebhookSignature.TimestampHeader, good with { At = null }),
            (WebhookSignature.SignatureHeader, good with { Signatures = null }),
        ];
        foreach (var (header, sent) in without)
        {
            if (Refused(await player.SendAsync(sent)) is { } wrong)
            {
                return $"Without {header}: {wrong}";
            }
        }

        return await state.ExpectNothingAsync(reference);
    }

    private async Task<string?> OldAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        foreach (var (when, at) in ((string, DateTimeOffset)[])[("an hour old", player.Now - TooOld), ("an hour ahead", player.Now + TooOld)])
        {
            if (Refused(await player.SendAsync(player.Sign(id, body, at))) is { } wrong)
            {
                return $"With a timestamp {when}: {wrong}";
            }
        }

        return await state.ExpectNothingAsync(reference);
    }

    private async Task<string?> TwiceAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        return Accepted(await player.SendAsync(player.Sign(id, body)))
            ?? Accepted(await player.SendAsync(player.Sign(id, body)), "The repeat: ")
            ?? await state.ExpectAsync(reference, "fulfilled", 1);
    }

    // One of the two may be sent away for the moment; what counts is that the event is acted on once and a repeat is then accepted.
    private async Task<string?> AtOnceAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        var answers = await Task.WhenAll(player.SendAsync(player.Sign(id, body)), player.SendAsync(player.Sign(id, body)));
        return (answers.Any(answer => answer.IsAccepted) ? null : Accepted(answers[0]))
            ?? Accepted(await player.SendAsync(player.Sign(id, body)), "The repeat: ")
            ?? await state.ExpectAsync(reference, "fulfilled", 1);
    }

    private async Task<string?> OutOfOrderAsync()
    {
        var (reference, newId, newer) = Event("order.refunded", "refunded", 3);
        var (oldId, older) = (NewId(), Body("order.fulfilled", reference, "fulfilled", 2, player.Now));
        return Accepted(await player.SendAsync(player.Sign(newId, newer)))
            ?? Accepted(await player.SendAsync(player.Sign(oldId, older)), "The older one: ")
            ?? await state.ExpectAsync(reference, "refunded", 3);
    }

    private async Task<string?> LateAsync()
    {
        var (reference, id) = (NewReference(), NewId());
        var body = Body("order.fulfilled", reference, "fulfilled", 1, player.Now - TimeSpan.FromHours(6));
        return Accepted(await player.SendAsync(player.Sign(id, body))) ?? await state.ExpectAsync(reference, "fulfilled", 1);
    }

    private async Task<string?> UnknownTypeAsync()
    {
        var (_, id, body) = Event("order.seenByAnOwl", "fulfilled", 1);
        return Accepted(await player.SendAsync(player.Sign(id, body)));
    }

    private async Task<string?> UnknownFieldsAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        var more = body.Replace("\"data\":{", "\"addedLater\":[1,{}],\"data\":{\"alsoAdded\":{\"a\":null},", StringComparison.Ordinal);
        return Accepted(await player.SendAsync(player.Sign(id, more))) ?? await state.ExpectAsync(reference, "fulfilled", 1);
    }

    private async Task<string?> TwoSignaturesAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        var good = player.Sign(id, body);
        var other = player.Sign(id, body, good.At, _wrong);
        return Accepted(await player.SendAsync(good with { Signatures = $"{other.Signatures} {good.Signatures}" })) ?? await state.ExpectAsync(reference, "fulfilled", 1);
    }

    private async Task<string?> LostAsync()
    {
        var (reference, id, body) = Event("order.fulfilled", "fulfilled", 1);
        await player.SendAndCloseAsync(player.Sign(id, body));
        return Accepted(await player.SendAsync(player.Sign(id, body)))
            ?? Accepted(await player.SendAsync(player.Sign(id, body)), "Sent a third time: ")
            ?? await state.ExpectAsync(reference, "fulfilled", 1);
    }

    private static string? Accepted(WebhookAnswer answer, string which = "") => answer.IsAccepted ? null : $"{which}It {answer.Words}; 2xx was right.";

    private static string? Refused(WebhookAnswer answer) => answer.IsRefused ? null : $"It {answer.Words}; 401 was right.";

    private (string Reference, string Id, string Body) Event(string type, string status, int version)
    {
        var reference = NewReference();
        return (reference, NewId(), Body(type, reference, status, version, player.Now));
    }

    private string NewReference() => string.Create(CultureInfo.InvariantCulture, $"CONF-{options.Seed}-{++_orders}");

    private string NewId() => $"msg_{_random.NextInt64():x16}";

    private static string Body(string type, string reference, string status, int version, DateTimeOffset at) => JsonSerializer.Serialize(
        new PlayedEvent(type, at, new PlayedEventData($"ord_{reference.ToLowerInvariant()}", reference, status, version)), ConformanceJson.Default.PlayedEvent);
}

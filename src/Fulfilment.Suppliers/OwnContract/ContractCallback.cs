using System.Text.Json;
using Fulfilment.Core.Suppliers;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Suppliers.OwnContract;

/// <summary>Reads the other installation's webhooks: Standard Webhooks, thin, so that a delivery is told without its code, which has to be asked for.</summary>
internal sealed class ContractCallback(IReadOnlyList<WebhookSecret> secrets, TimeProvider time)
{
    private static readonly CallbackReply Taken = new(200, "text/plain", "ok");
    private static readonly CallbackReply Unauthorized = new(401, "text/plain", "signature");
    private static readonly CallbackReply Bad = new(400, "text/plain", "unreadable");

    public ParsedCallback Parse(CallbackRequest request)
    {
        var verdict = WebhookSignature.Verify(
            secrets, Header(request, WebhookSignature.IdHeader), Header(request, WebhookSignature.TimestampHeader), Header(request, WebhookSignature.SignatureHeader),
            request.Body, time.GetUtcNow());
        if (verdict is not WebhookVerdict.Genuine)
        {
            return new ParsedCallback.Refused("signature", Unauthorized);
        }

        try
        {
            using var document = JsonDocument.Parse(request.Body);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return new ParsedCallback.Refused("unreadable", Bad);
        }
    }

    // It has events that are about no order of ours, and would go on sending what is not answered with 2xx.
    private static ParsedCallback Read(JsonElement webhook) =>
        webhook.GetProperty("data") is { ValueKind: JsonValueKind.Object } data
        && data.TryGetProperty("clientReference", out var reference)
        && reference.GetString() is { Length: > 0 and <= 19 } ours
        && ours.All(char.IsAsciiDigit)
            ? new ParsedCallback.Verified(ours, Outcome(data), Taken)
            : new ParsedCallback.Refused("not_ours", Taken);

    private static SupplierOutcome Outcome(JsonElement data)
    {
        var order = data.TryGetProperty("orderId", out var id) ? id.GetString() : null;
        return data.GetProperty("status").GetString() switch
        {
            "fulfilled" => new SupplierOutcome.Issued([], order),
            "failed" => new SupplierOutcome.Rejected("order_failed"),
            "cancelled" => new SupplierOutcome.Rejected("order_cancelled"),
            _ => new SupplierOutcome.Processing(order),
        };
    }

    private static string? Header(CallbackRequest request, string name) => request.Headers.TryGetValue(name, out var value) ? value : null;
}

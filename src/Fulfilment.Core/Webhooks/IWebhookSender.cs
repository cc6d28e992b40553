namespace Fulfilment.Core.Webhooks;

/// <summary>HTTP to storefronts' endpoints: to public addresses alone, once, without following redirects.</summary>
public interface IWebhookSender
{
    /// <summary>Whether anything could ever be sent there.</summary>
    bool Allows(Uri url);

    /// <summary>Posts a webhook. Throws only when <paramref name="cancellation"/> ends it: everything else is an answer.</summary>
    Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellation);
}

/// <summary>A signed webhook.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Id">Of the event.</param>
/// <param name="At">Of this sending.</param>
/// <param name="Signatures">As the header holds them.</param>
/// <param name="Body">JSON.</param>
public sealed record WebhookRequest(Uri Url, string Id, DateTimeOffset At, string Signatures, ReadOnlyMemory<byte> Body);

/// <summary>What an endpoint answered.</summary>
/// <param name="Status">HTTP; null: nothing that can be read.</param>
/// <param name="Fault">Why not: <c>timeout</c>, <c>connection_failed</c>, <c>address_not_public</c>, <c>name_not_found</c>, <c>tls_failed</c>, <c>unreadable</c>; <c>redirect</c> for one that is not followed.</param>
/// <param name="Text">The beginning of the body, at most <see cref="LongestText"/> characters, without control characters.</param>
public sealed record WebhookAnswer(int? Status, string? Fault, string? Text)
{
    /// <summary>Of an answer this much is kept.</summary>
    public const int LongestText = 1024;

    private const int GoneStatus = 410;

    /// <summary>Whether the endpoint took the event.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Whether the endpoint wants no more.</summary>
    public bool IsGone => Status == GoneStatus;
}

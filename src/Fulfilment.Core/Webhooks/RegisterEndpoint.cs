using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Webhooks;

/// <summary>Makes an endpoint of a storefront, with a secret that is shown once.</summary>
public sealed class RegisterEndpoint(
    IWebhookEndpointStore store, IWebhookSender sender, IWebhookVault vault, ICatalogue catalogue, IdGenerator ids, IRandomBytes random, WebhookOptions options)
{
    private const int LongestUrl = 2000;

    /// <summary>The endpoint with its secret; or <see cref="RefusalCode.InvalidRequest"/>.</summary>
    /// <param name="storefrontId">Whose.</param>
    /// <param name="url">Where to.</param>
    /// <param name="types">Names of events; null: all.</param>
    /// <param name="actor">Who asks.</param>
    public async Task<Result<RegisteredEndpoint>> RunAsync(long storefrontId, string? url, IReadOnlyList<string>? types, Actor actor)
    {
        if (url is null || url.Length > LongestUrl || !WellFormedText.Is(url) || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Fragment.Length > 0 || !sender.Allows(uri))
        {
            return Field.Refuse("/url", "An endpoint is an https:// address on the public internet, without a user's name and fragment, of at most 2,000 characters.");
        }

        var wanted = new List<WebhookEvent>();
        foreach (var name in types ?? [])
        {
            if (!WebhookTypes.TryParse(name, out var type))
            {
                return Field.Refuse("/types", $"Types are null, for all, or some of: {string.Join(", ", WebhookTypes.All)}.");
            }

            wanted.Add(type);
        }

        if (types is { Count: 0 })
        {
            return Field.Refuse("/types", "Types are null, for all, or at least one.");
        }

        var (secret, secretId) = (WebhookSecret.Create(random), ids.Next());
        var endpoint = new WebhookEndpoint(ids.Next(), storefrontId, url, types is null ? null : [.. wanted.Distinct().Order()], EndpointState.Active);
        var created = await store.CreateAsync(endpoint, new ProtectedSecret(secretId, vault.Protect(secretId, secret)), options.MostEndpoints, actor).ConfigureAwait(false);
        await catalogue.RefreshAsync().ConfigureAwait(false);
        return created.Refusal is { } refusal ? refusal : new RegisteredEndpoint(created.Value, secret);
    }
}

/// <summary>An endpoint with its new secret, for the only time. No record, so that no log prints it.</summary>
public sealed class RegisteredEndpoint(WebhookEndpoint endpoint, WebhookSecret secret)
{
    /// <summary>The endpoint.</summary>
    public WebhookEndpoint Endpoint { get; } = endpoint;

    /// <summary>What its owner keeps.</summary>
    public WebhookSecret Secret { get; } = secret;
}

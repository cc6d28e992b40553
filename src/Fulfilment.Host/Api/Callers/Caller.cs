using System.Net;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Host.Api.Callers;

/// <summary>Who sends a request that has passed <see cref="CallerGuard"/>. An endpoint takes it as a parameter or from <see cref="Of"/>.</summary>
/// <param name="KeyId">The key's id; 0 for the bootstrap key.</param>
/// <param name="Owner">Whose key it is; audit entries name it.</param>
/// <param name="Scopes">What the key may do.</param>
/// <param name="Storefront">The owner, when it is a storefront; active.</param>
/// <param name="Address">Where the request comes from; IPv4 in its own form.</param>
internal sealed record Caller(long KeyId, KeyOwner Owner, Scopes Scopes, Storefront? Storefront, IPAddress? Address)
{
    /// <summary>Whether the key works on the real thing or in the sandbox.</summary>
    public KeyMode Mode { get; init; } = KeyMode.Live;

    /// <summary>As audit entries name it: <c>storefront:shop-1</c>, and the key.</summary>
    public Actor Actor => new(Owner.ToString(), Address, KeyId == 0 ? null : KeyId);

    public bool Has(Scopes scopes) => (Scopes & scopes) == scopes;

    /// <summary>The caller of a request to an endpoint that requires a scope.</summary>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The endpoint requires no scope, so nobody was authenticated.");

    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(Of(context));
}

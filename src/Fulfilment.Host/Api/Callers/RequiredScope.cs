using Fulfilment.Core.Storefronts;

namespace Fulfilment.Host.Api.Callers;

/// <summary>Marks an endpoint that only a key with these scopes may use. <see cref="CallerGuard"/> looks for it.</summary>
internal sealed record RequiredScope(Scopes Scopes);

internal static class RequiredScopeExtensions
{
    /// <summary>Lets only callers with all of these scopes through; <see cref="Scopes.None"/>: any live key.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, Scopes scopes)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequiredScope(scopes));
}

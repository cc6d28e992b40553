namespace Fulfilment.Host.Api.OpenApi;

/// <summary>A query parameter that an endpoint reads by itself, for the OpenAPI document.</summary>
internal sealed record QueryParameter(string Name, string Description);

internal static class QueryParameterExtensions
{
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder builder, string name, string description) =>
        builder.WithMetadata(new QueryParameter(name, description));
}

namespace Fulfilment.Host.Api.OpenApi;

/// <summary>A header that an endpoint reads by itself, for the OpenAPI document.</summary>
internal sealed record HeaderParameter(string Name, string Description);

internal static class HeaderParameterExtensions
{
    public static RouteHandlerBuilder TakesHeader(this RouteHandlerBuilder builder, string name, string description) =>
        builder.WithMetadata(new HeaderParameter(name, description));
}

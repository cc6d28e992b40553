using Fulfilment.Core;

namespace Fulfilment.Host.Api.OpenApi;

/// <summary>Tells the OpenAPI document which refusals an endpoint may answer with, beside those that its kind brings along.</summary>
internal sealed record PossibleRefusals(IReadOnlyList<RefusalCode> Codes);

internal static class PossibleRefusalsExtensions
{
    public static TBuilder Refuses<TBuilder>(this TBuilder builder, params RefusalCode[] codes)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new PossibleRefusals(codes));
}

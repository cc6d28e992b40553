using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Fulfilment.Core;
using Microsoft.AspNetCore.Http.Metadata;

namespace Fulfilment.Host.Api.Json;

/// <summary>An endpoint parameter: the body as <see cref="JsonBody{T}"/> reads it, or nothing where the request has none.</summary>
internal sealed class OptionalBody<T>(Result<T>? result) : IEndpointParameterMetadataProvider
    where T : class
{
    private static readonly JsonTypeInfo<T> TypeInfo = ApiJson.TypeInfo<T>();

    /// <summary>Null when there is no body, or it could be read.</summary>
    public Refusal? Refusal => result?.Refusal;

    /// <summary>Null without a body; throws when there is a <see cref="Refusal"/>.</summary>
    public T? Value => result?.Value;

    public static async ValueTask<OptionalBody<T>?> BindAsync(HttpContext context) =>
        context.Request is { ContentType: null, ContentLength: null or 0 } ? new(null) : new(await JsonBody.ReadAsync(context, TypeInfo));

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new JsonBodyMetadata(typeof(T)));
}

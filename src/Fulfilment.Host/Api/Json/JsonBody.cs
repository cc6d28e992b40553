using System.Buffers;
using System.IO.Pipelines;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fulfilment.Core;
using Microsoft.AspNetCore.Http.Metadata;

namespace Fulfilment.Host.Api.Json;

/// <summary>An endpoint parameter: the body read as <typeparamref name="T"/>, or why it cannot be.</summary>
internal sealed class JsonBody<T>(Result<T> result) : IEndpointParameterMetadataProvider
{
    // Looked up once a type; the context that holds it is registered before the first request.
    private static readonly JsonTypeInfo<T> TypeInfo = ApiJson.TypeInfo<T>();

    /// <summary>Null when the body could be read.</summary>
    public Refusal? Refusal => result.Refusal;

    /// <summary>Throws when there is a <see cref="Refusal"/>.</summary>
    public T Value => result.Value;

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context) => new(await JsonBody.ReadAsync(context, TypeInfo));

    /// <inheritdoc/>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new JsonBodyMetadata(typeof(T)));
}

/// <summary>Tells the OpenAPI document what an endpoint reads. Routing does not look at it: authentication comes before the media type.</summary>
internal sealed record JsonBodyMetadata(Type Type);

internal static class JsonBody
{
    private static readonly Refusal Empty = new(RefusalCode.InvalidRequest, "", "The body is empty; a JSON object is expected.");
    private static readonly Refusal NoObject = new(RefusalCode.InvalidRequest, "", "The body is null; a JSON object is expected.");
    private static readonly Refusal WrongType = new(RefusalCode.UnsupportedMediaType, Detail: "Send Content-Type: application/json in UTF-8.");
    private static readonly Refusal TooLarge = new(RefusalCode.TooLarge);
    private static readonly Refusal Broken = new(RefusalCode.InvalidRequest, Detail: "The body did not arrive whole.");

    /// <summary>Reads the whole body, up to the server's limit, without a copy where it arrived in one piece.</summary>
    public static async ValueTask<Result<T>> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        if (!IsJson(context.Request.ContentType))
        {
            return WrongType;
        }

        var reader = context.Request.BodyReader;
        ReadResult read;
        try
        {
            read = await reader.ReadAsync(context.RequestAborted);
            while (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                read = await reader.ReadAsync(context.RequestAborted);
            }
        }
        catch (BadHttpRequestException bad)
        {
            return bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge : Broken;
        }

        try
        {
            return Parse(read.Buffer, type);
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    private static Result<T> Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type)
    {
        if (body.IsSingleSegment)
        {
            return Parse(body.FirstSpan, type);
        }

        var whole = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(whole);
            return Parse(whole.AsSpan(0, (int)body.Length), type);
        }
        finally
        {
            // It may hold recipients or codes.
            ArrayPool<byte>.Shared.Return(whole, clearArray: true);
        }
    }

    private static Result<T> Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
    {
        if (body.IsEmpty)
        {
            return Empty;
        }

        try
        {
            return JsonSerializer.Deserialize(body, type) is { } value ? value : NoObject;
        }
        catch (JsonException exception)
        {
            return JsonFault.Describe(exception);
        }
    }

    private static bool IsJson(string? contentType)
    {
        const string Json = "application/json";
        if (contentType is null || !contentType.StartsWith(Json, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (contentType.Length == Json.Length)
        {
            return true;
        }

        var parameters = contentType.AsSpan(Json.Length).Trim();
        return parameters.Equals("; charset=utf-8", StringComparison.OrdinalIgnoreCase)
            || (Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var parsed)
                && parsed.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
                && (!parsed.Charset.HasValue || parsed.Charset.Value!.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)));
    }
}

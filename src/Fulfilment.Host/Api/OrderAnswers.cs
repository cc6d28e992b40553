using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fulfilment.Core.Orders;
using Fulfilment.Host.Api.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace Fulfilment.Host.Api;

/// <summary>
/// An order as the answer to placing one. Written in one go and with its length: the framework's own results look up a logger and write in
/// steps, which for answers this small costs more than the writing.
/// </summary>
internal abstract class OrderAnswer(OrderView order, int status) : IResult, IStatusCodeHttpResult
{
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    private static readonly JsonTypeInfo<OrderView> TypeInfo = ApiJson.TypeInfo<OrderView>();

    private static readonly JsonWriterOptions Writing = new() { Encoder = ApiJson.Options.Encoder, SkipValidation = true };

    public int? StatusCode => status;

    protected OrderView Order => order;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        SetHeaders(response.Headers);

        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        try
        {
            using (var json = new Utf8JsonWriter(buffer, Writing))
            {
                JsonSerializer.Serialize(json, order, TypeInfo);
            }

            response.ContentLength = buffer.WrittenCount;
            response.BodyWriter.Write(buffer.WrittenSpan);
        }
        finally
        {
            // It may hold codes, and what a failure left behind would begin the next caller's answer: cleared in any case, and not kept when
            // one large order made it large.
            buffer.Clear();
            if (buffer.Capacity > LargestKept)
            {
                _buffer = null;
            }
        }

        return Task.CompletedTask;
    }

    protected virtual void SetHeaders(IHeaderDictionary headers)
    {
    }

    protected static void Describe(EndpointBuilder builder, int status) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(OrderView), ["application/json"]));
}

/// <summary>The order the reference has had for some time.</summary>
internal sealed class KnownOrder(OrderView order) : OrderAnswer(order, StatusCodes.Status200OK), IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Describe(builder, StatusCodes.Status200OK);
}

/// <summary>A new order of which nothing is open any more.</summary>
internal sealed class NewOrder(OrderView order) : OrderAnswer(order, StatusCodes.Status201Created), IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Describe(builder, StatusCodes.Status201Created);

    protected override void SetHeaders(IHeaderDictionary headers) => headers.Location = $"/v1/orders/{Order.Id}";
}

/// <summary>A new order that waits for something.</summary>
internal sealed class OpenOrder(OrderView order) : OrderAnswer(order, StatusCodes.Status202Accepted), IEndpointMetadataProvider
{
    private const int RetryAfterSeconds = 5;

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => Describe(builder, StatusCodes.Status202Accepted);

    protected override void SetHeaders(IHeaderDictionary headers)
    {
        headers.Location = $"/v1/orders/{Order.Id}";
        headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
    }
}

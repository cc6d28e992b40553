using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Fulfilment.Host.Api.OpenApi;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c>, made at the first request for it and kept: it is the same for everybody.</summary>
internal static class OpenApiDocumentEndpoint
{
    private const string Name = "v1";

    public static void AddOpenApiDocument(this IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddSchemaTransformer(OpenApiShapes.DescribeTypeAsync);
        options.AddOperationTransformer(OpenApiShapes.DescribeOperationAsync);
        options.AddDocumentTransformer(OpenApiShapes.DescribeDocumentAsync);
    });

    public static void MapOpenApiDocument(this WebApplication app)
    {
        var document = new Lazy<Task<byte[]>>(() => WriteAsync(app.Services));
        app.MapGet($"/openapi/{Name}.json", async () => TypedResults.Bytes(await document.Value, "application/json")).ExcludeFromDescription();
    }

    private static async Task<byte[]> WriteAsync(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync();
        using var written = new MemoryStream();
        await document.SerializeAsJsonAsync(written, OpenApiSpecVersion.OpenApi3_1);
        return written.ToArray();
    }
}

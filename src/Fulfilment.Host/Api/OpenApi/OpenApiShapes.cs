using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fulfilment.Core;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Fulfilment.Host.Api.OpenApi;

/// <summary>What ASP.NET cannot see by itself: our converters, parameters that bind themselves, scopes and problems.</summary>
internal static class OpenApiShapes
{
    private const string Bearer = "bearer";
    private const string ProblemSchema = "Problem";

    public static Task DescribeDocumentAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo { Title = "Fulfilment API", Version = "1", Description = "Orders for benefit codes, stock, and administration." };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, Description = "An API key." };
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[ProblemSchema] = DescribeProblem();
        return Task.CompletedTask;
    }

    public static async Task DescribeOperationAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<JsonBodyMetadata>().LastOrDefault() is { } body)
        {
            var schema = await context.GetOrCreateSchemaAsync(body.Type, cancellationToken: cancellation);
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Content("application/json", schema) };
        }

        if (metadata.OfType<StreamBodyMetadata>().LastOrDefault() is { } stream)
        {
            var rows = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Rows of number, secret, expiresOn." };
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = stream.MediaTypes.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = rows }) };
        }

        operation.Parameters ??= [];
        foreach (var query in metadata.OfType<QueryParameter>())
        {
            operation.Parameters.Add(Query(query.Name, new OpenApiSchema { Type = JsonSchemaType.String }, query.Description));
        }

        foreach (var header in metadata.OfType<HeaderParameter>())
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name, In = ParameterLocation.Header, Schema = new OpenApiSchema { Type = JsonSchemaType.String }, Description = header.Description,
            });
        }

        if (metadata.OfType<ListQueryMetadata>().Any())
        {
            operation.Parameters.Add(Query("limit", new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Minimum = "1",
                Maximum = ListQuery.LargestLimit.ToString(CultureInfo.InvariantCulture),
                Default = ListQuery.DefaultLimit,
            }));
            operation.Parameters.Add(Query("cursor", new OpenApiSchema { Type = JsonSchemaType.String }));
        }

        // Bound as optional so that its absence is refused like every other fault; there is no call without it.
        foreach (var key in operation.Parameters.OfType<OpenApiParameter>().Where(parameter => parameter.Name == "Idempotency-Key"))
        {
            key.Required = true;
        }

        if (metadata.OfType<RequiredScope>().LastOrDefault() is { } required)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
            operation.Description = required.Scopes is Scopes.None ? operation.Description : $"{operation.Description} Needs scope {string.Join(", ", KeyTexts.Of(required.Scopes))}.".Trim();
            DescribeRefusals(operation, RefusalsOf(context.Description.RelativePath, metadata), context.Document);
        }
        else if (metadata.OfType<PossibleRefusals>().LastOrDefault() is { } possible)
        {
            DescribeRefusals(operation, possible.Codes, context.Document);
        }
    }

    public static Task DescribeTypeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        var nullable = type == context.JsonTypeInfo.Type ? default : JsonSchemaType.Null;
        if (type == typeof(Money))
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Pattern = @"^[0-9]{1,9}(\.[0-9]{1,4})?$";
        }
        else if (type == typeof(ShownStock))
        {
            schema.Type = JsonSchemaType.Integer | JsonSchemaType.String | nullable;
            schema.Description = "A number, or one of in, low, out, as the storefront is set; null for what is not kept in stock.";
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String | nullable;
            schema.Enum = [.. Enum.GetNames(type).Select(name => (JsonNode)JsonNamingPolicy.CamelCase.ConvertName(name))];
        }

        return Task.CompletedTask;
    }

    // What every call may be refused with, what comes with a body, a list or a name in the path, and what the endpoint says itself.
    private static IEnumerable<RefusalCode> RefusalsOf(string? path, IList<object> metadata)
    {
        var codes = new List<RefusalCode>
        {
            RefusalCode.Unauthorized, RefusalCode.Forbidden, RefusalCode.IpNotAllowed, RefusalCode.RateLimited, RefusalCode.Overloaded, RefusalCode.Internal,
        };
        if (metadata.OfType<JsonBodyMetadata>().Any())
        {
            codes.AddRange([RefusalCode.InvalidRequest, RefusalCode.TooLarge, RefusalCode.UnsupportedMediaType]);
        }

        if (metadata.OfType<ListQueryMetadata>().Any())
        {
            codes.Add(RefusalCode.InvalidRequest);
        }

        if (path?.Contains('{', StringComparison.Ordinal) == true)
        {
            codes.Add(RefusalCode.NotFound);
        }

        return codes.Concat(metadata.OfType<PossibleRefusals>().SelectMany(possible => possible.Codes)).Distinct();
    }

    private static void DescribeRefusals(OpenApiOperation operation, IEnumerable<RefusalCode> codes, OpenApiDocument? document)
    {
        operation.Responses ??= [];
        foreach (var status in codes.Select(Problem.Of).GroupBy(problem => problem.Status).OrderBy(status => status.Key))
        {
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", status.Select(problem => problem.Code)),
                Content = Content(ProblemResult.MediaType, new OpenApiSchemaReference(ProblemSchema, document)),
            };
        }
    }

    private static OpenApiParameter Query(string name, OpenApiSchema schema, string? description = null) =>
        new() { Name = name, In = ParameterLocation.Query, Schema = schema, Description = description };

    private static Dictionary<string, OpenApiMediaType> Content(string mediaType, IOpenApiSchema schema) => new() { [mediaType] = new OpenApiMediaType { Schema = schema } };

    private static OpenApiSchema DescribeProblem() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "type", "title", "status", "detail", "code", "retryable", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. Enum.GetValues<RefusalCode>().Select(code => (JsonNode)Problem.Of(code).Code)] },
            ["retryable"] = new OpenApiSchema { Type = JsonSchemaType.Boolean },
            ["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["param"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "JSON pointer or query parameter of the field at fault." },
        },
    };
}

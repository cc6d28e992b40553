using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Fulfilment.Host.Api.Json;

/// <summary>How the API writes and reads JSON. What is not documented is refused, never ignored.</summary>
internal static class ApiJson
{
    private static readonly RegisteredTypes Types = new();

    /// <summary>Types come from source-generated contexts, one a feature; each adds itself with <see cref="Use"/> before the first request.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    /// <summary>Adds a feature's types. Adding them again, as a second host in one process does, changes nothing.</summary>
    public static void Use(IJsonTypeInfoResolver types) => Types.Add(types);

    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    /// <summary>The same rules for the options that ASP.NET keeps for its own results and for OpenAPI.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Types);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.ReadCommentHandling = JsonCommentHandling.Disallow;
        options.AllowTrailingCommas = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = 16;

        // A code copied from a terminal must be the code: no + written as \u002B. Nothing here is ever put into HTML.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new MoneyConverter());
        options.Converters.Add(new EnumNameConverter());
        options.Converters.Add(new Rfc3339.Converter());
        return options;
    }
}

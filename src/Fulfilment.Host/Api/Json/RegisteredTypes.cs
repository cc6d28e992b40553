using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Fulfilment.Host.Api.Json;

/// <summary>The source-generated types of all features, for whichever options ask. Features add theirs when they are mapped.</summary>
internal sealed class RegisteredTypes : IJsonTypeInfoResolver
{
    private readonly Lock _gate = new();
    private volatile IJsonTypeInfoResolver[] _contexts = [];

    public void Add(IJsonTypeInfoResolver context)
    {
        lock (_gate)
        {
            if (!_contexts.Contains(context))
            {
                _contexts = [.. _contexts, context];
            }
        }
    }

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
    {
        foreach (var context in _contexts)
        {
            if (context.GetTypeInfo(type, options) is { } info)
            {
                return info;
            }
        }

        return null;
    }
}

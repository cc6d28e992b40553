using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fulfilment.Suppliers.Declarative.Answers;

namespace SupplierSimulator.Wire;

/// <summary>Writes JSON at the paths at which a definition reads it.</summary>
internal static class JsonTree
{
    private const string JsonStep = "$json";

    /// <summary>Puts a value at a path and makes whatever leads there.</summary>
    public static JsonNode Put(JsonNode root, JsonPath path, JsonNode? value) => Put(root, [.. Steps(path.Text)], value)!;

    /// <summary>Turns what lies behind a step <c>$json</c> into a text, once everything is in place.</summary>
    public static JsonNode? Finish(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject { Count: 1 } wrapped when wrapped.ContainsKey(JsonStep):
                return JsonValue.Create(Finish(wrapped[JsonStep])!.ToJsonString(ReceivedRequest.Compact));
            case JsonObject found:
                foreach (var name in found.Select(field => field.Key).ToList())
                {
                    var value = found[name];
                    found[name] = null;
                    found[name] = Finish(value);
                }

                return found;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    var value = list[i];
                    list[i] = null;
                    list[i] = Finish(value);
                }

                return list;
            default:
                return node;
        }
    }

    /// <summary>A text's content, and the JSON of everything else.</summary>
    public static string TextOf(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString(ReceivedRequest.Compact);

    private static JsonNode? Put(JsonNode? node, ReadOnlySpan<object> steps, JsonNode? value)
    {
        if (steps.IsEmpty)
        {
            return value;
        }

        if (steps[0] is string name)
        {
            var found = node as JsonObject ?? [];
            var inner = found[name];
            found.Remove(name);
            found[name] = Put(inner, steps[1..], value);
            return found;
        }

        var (list, number) = (node as JsonArray ?? [], (int)steps[0]);
        while (list.Count <= number)
        {
            list.Add(null);
        }

        var entry = list[number];
        list[number] = null;
        list[number] = Put(entry, steps[1..], value);
        return list;
    }

    private static IEnumerable<object> Steps(string path)
    {
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var pieces = part.Split('[');
            if (pieces[0].Length > 0)
            {
                yield return pieces[0];
            }

            foreach (var number in pieces.Skip(1))
            {
                yield return int.Parse(number.TrimEnd(']'), CultureInfo.InvariantCulture);
            }
        }
    }
}

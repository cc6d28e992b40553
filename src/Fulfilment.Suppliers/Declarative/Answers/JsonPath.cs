using System.Globalization;
using System.Text.Json;

namespace Fulfilment.Suppliers.Declarative.Answers;

/// <summary>Where a value stands in JSON: <c>data.cards[0].no</c>. A step <c>$json</c> reads a text as JSON; an empty path is the place where one stands.</summary>
public sealed class JsonPath
{
    private const string JsonStep = "$json";
    private const int MostSteps = 16;

    private readonly IReadOnlyList<Step> _steps;

    private JsonPath(string text, IReadOnlyList<Step> steps) => (Text, _steps) = (text, steps);

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>The first name in it; null when it begins with a number or is empty.</summary>
    public string? FirstName => _steps.Count > 0 ? _steps[0].Name : null;

    /// <summary>The path of such a text, or null.</summary>
    public static JsonPath? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var steps = new List<Step>();
        foreach (var part in text.Length == 0 ? [] : text.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? part : part[..bracket];
            if ((name.Length == 0 && bracket < 0) || name.Contains(']', StringComparison.Ordinal) || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            {
                return null;
            }

            if (name.Length > 0)
            {
                steps.Add(new Step(name, 0));
            }

            if (bracket >= 0 && !TryNumbers(part[bracket..], steps))
            {
                return null;
            }
        }

        return steps.Count > MostSteps ? null : new JsonPath(text, steps);
    }

    /// <summary>The value there; false when there is none. Null is a value.</summary>
    public bool TryFind(JsonElement root, out JsonElement found)
    {
        found = root;
        foreach (var step in _steps)
        {
            switch (step)
            {
                case { Name: null }:
                    if (found.ValueKind != JsonValueKind.Array || step.Number >= found.GetArrayLength())
                    {
                        return false;
                    }

                    found = found[step.Number];
                    break;
                case { Name: JsonStep }:
                    if (found.ValueKind != JsonValueKind.String || StrictJson.Text(found) is not { } text || StrictJson.Parse(text) is not { } inner)
                    {
                        return false;
                    }

                    found = inner;
                    break;
                default:
                    if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(step.Name, out found))
                    {
                        return false;
                    }

                    break;
            }
        }

        return true;
    }

    /// <summary>The text there; null when there is something else or nothing.</summary>
    public string? FindText(JsonElement root) => TryFind(root, out var found) && found.ValueKind == JsonValueKind.String ? StrictJson.Text(found) : null;

    /// <summary>The text there, or the digits of a number: for what suppliers write either way.</summary>
    public string? FindTextOrNumber(JsonElement root) => TryFind(root, out var found)
        ? found.ValueKind switch
        {
            JsonValueKind.String => StrictJson.Text(found),
            JsonValueKind.Number => found.GetRawText(),
            _ => null,
        }
        : null;

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool TryNumbers(string text, List<Step> steps)
    {
        foreach (var part in text[1..].Split('['))
        {
            if (!part.EndsWith(']') || !int.TryParse(part.AsSpan(0, part.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            steps.Add(new Step(null, number));
        }

        return true;
    }

    private sealed record Step(string? Name, int Number);
}

using System.Globalization;

namespace SupplierSimulator.Faults;

/// <summary>Reads a rule as it is written on the command line: <c>V1=closeAfter</c>, <c>none:90,timeoutAfter:5,closeBefore:5</c>.</summary>
public static class FaultText
{
    /// <summary>Every fault's name, for the usage.</summary>
    public static string Names => string.Join(' ', Enum.GetValues<Fault>().Select(Plays.NameOf));

    /// <summary>The rule, or null and why there is none.</summary>
    public static FaultRule? Parse(string text, out string? wrong)
    {
        ArgumentNullException.ThrowIfNull(text);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var weights = new Dictionary<Fault, int>();
        foreach (var part in text[(equals + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, weight) = part.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? (part[..colon], part[(colon + 1)..]) : (part, "1");
            if (!Plays.TryRead(name, out var fault))
            {
                wrong = $"There is no fault \"{name}\". There are: {Names}";
                return null;
            }

            if (!int.TryParse(weight, NumberStyles.None, CultureInfo.InvariantCulture, out var times) || times is 0 or > 1_000_000)
            {
                wrong = $"\"{weight}\" in \"{part}\" is no whole number from 1 on: it says how often this fault is drawn against the others.";
                return null;
            }

            weights[fault] = times;
        }

        wrong = weights.Count == 0 ? $"\"{text}\" names no fault." : null;
        return wrong is null ? new FaultRule(equals < 0 ? "" : text[..equals], weights) : null;
    }
}

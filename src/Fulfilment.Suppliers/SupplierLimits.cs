using System.Globalization;
using System.Text.Json;

namespace Fulfilment.Suppliers;

/// <summary>How much of a supplier is used at once: the object <c>limits</c> of its settings, the same for every adapter. Each node keeps them for itself.</summary>
public sealed record SupplierLimits
{
    /// <summary>Their name in the settings.</summary>
    public const string Property = "limits";

    /// <summary>Submissions under way at once; as many queries beside them.</summary>
    public int Concurrency { get; init; } = 32;

    /// <summary>Requests a second, with a burst of as many; null: no limit.</summary>
    public int? PerSecond { get; init; }

    /// <summary>The longest a connection may take to make.</summary>
    public int ConnectTimeoutSeconds { get; init; } = 5;

    /// <summary>The longest a query may take, from the start to the last byte of its answer.</summary>
    public int QueryTimeoutSeconds { get; init; } = 10;

    /// <summary>How many submissions there must have been in a minute for the breaker to judge them; it opens when half of them came to nothing definite.</summary>
    public int BreakerAfter { get; init; } = 10;

    /// <summary>How long it stays open before one submission tries.</summary>
    public int BreakerSeconds { get; init; } = 30;

    /// <summary>These limits with those that are given in their place; every mistake is added to <paramref name="mistakes"/>.</summary>
    internal SupplierLimits With(JsonElement limits, ICollection<string> mistakes)
    {
        var read = this;
        if (limits.ValueKind is not JsonValueKind.Object)
        {
            mistakes.Add($"{Property} must be an object, such as {{\"concurrency\": 8}}.");
            return read;
        }

        foreach (var limit in limits.EnumerateObject())
        {
            read = limit.Name switch
            {
                "concurrency" => read with { Concurrency = Number(limit, 1, 1_000, mistakes) },
                "perSecond" => read with { PerSecond = limit.Value.ValueKind is JsonValueKind.Null ? null : Number(limit, 1, 10_000, mistakes) },
                "connectTimeoutSeconds" => read with { ConnectTimeoutSeconds = Number(limit, 1, 60, mistakes) },
                "queryTimeoutSeconds" => read with { QueryTimeoutSeconds = Number(limit, 1, 120, mistakes) },
                "breakerAfter" => read with { BreakerAfter = Number(limit, 2, 10_000, mistakes) },
                "breakerSeconds" => read with { BreakerSeconds = Number(limit, 1, 3_600, mistakes) },
                _ => Unknown(read, limit.Name, mistakes),
            };
        }

        return read;
    }

    private static SupplierLimits Unknown(SupplierLimits read, string name, ICollection<string> mistakes)
    {
        mistakes.Add($"{Property} has no \"{name}\"; it has concurrency, perSecond, connectTimeoutSeconds, queryTimeoutSeconds, breakerAfter and breakerSeconds.");
        return read;
    }

    private static int Number(JsonProperty limit, int least, int most, ICollection<string> mistakes)
    {
        if (limit.Value.ValueKind is JsonValueKind.Number && limit.Value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"{Property}.{limit.Name} must be a whole number from {least} to {most}."));
        return least;
    }
}

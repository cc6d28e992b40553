using System.Text;

namespace SupplierSimulator.Faults;

/// <summary>Which faults befall which orders. The choice depends on the seed and the order's number alone, not on the order of arrival.</summary>
/// <param name="Seed">Printed at the start.</param>
/// <param name="Rules">The one with the longest prefix of the product's code counts; none: no fault.</param>
public sealed record FaultPlan(int Seed, IReadOnlyList<FaultRule> Rules)
{
    /// <summary>The fault of an order.</summary>
    public Fault Choose(string reference, string product)
    {
        var rule = Rules.Where(rule => product.StartsWith(rule.Prefix, StringComparison.Ordinal)).MaxBy(rule => rule.Prefix.Length);
        if (rule is null || rule.Sum() == 0)
        {
            return Fault.None;
        }

        var drawn = new Random(HashOf(reference)).Next(rule.Sum());
        foreach (var (fault, weight) in rule.Weights)
        {
            if ((drawn -= weight) < 0)
            {
                return fault;
            }
        }

        throw new InvalidOperationException("The weights are more than their sum.");
    }

    // Not string.GetHashCode, which is another one in every process.
    private int HashOf(string reference)
    {
        var hash = 2_166_136_261u ^ (uint)Seed;
        foreach (var value in Encoding.UTF8.GetBytes(reference))
        {
            hash = (hash ^ value) * 16_777_619u;
        }

        return (int)hash;
    }
}

/// <summary>The faults of products whose code begins with a prefix.</summary>
/// <param name="Prefix">May be empty: every product.</param>
/// <param name="Weights">How often each is drawn, against the others.</param>
public sealed record FaultRule(string Prefix, IReadOnlyDictionary<Fault, int> Weights)
{
    /// <summary>The sum of all weights.</summary>
    public int Sum() => Weights.Values.Sum();

    /// <summary>One fault, always.</summary>
    public static FaultRule Always(string prefix, Fault fault) => new(prefix, new Dictionary<Fault, int> { [fault] = 1 });

    /// <summary>So many in a hundred go well, and the rest have one of these faults, each as often as another.</summary>
    public static FaultRule Mixed(string prefix, int wellPercent, IReadOnlyCollection<Fault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var weights = faults.ToDictionary(fault => fault, _ => 100 - wellPercent);
        weights[Fault.None] = wellPercent * faults.Count;
        return new(prefix, weights);
    }
}

namespace Fulfilment.Core.Checks;

/// <summary>Something that is not as it must be. Never holds a code or personal data.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Subject">With which record, for a person: <c>card key 4711</c>, <c>order ord_…</c>.</param>
/// <param name="Detail">What was found and what was expected; empty where the kind says it all.</param>
public sealed record Finding<TKind>(TKind Kind, string Subject, string Detail)
    where TKind : struct, Enum;

/// <summary>Collects findings: each is counted, the first of them are kept, so that a database in ruins does not fill the memory.</summary>
public sealed class Findings<TKind>(int most)
    where TKind : struct, Enum
{
    private readonly List<Finding<TKind>> _kept = [];
    private readonly SortedDictionary<TKind, long> _counts = [];

    /// <summary>The first ones.</summary>
    public IReadOnlyList<Finding<TKind>> Kept => _kept;

    /// <summary>How many of each kind, kept or not.</summary>
    public IReadOnlyDictionary<TKind, long> Counts => _counts;

    /// <summary>How many in all.</summary>
    public long Total => _counts.Values.Sum();

    /// <summary>How many of each kind, for people: <c>2 SealBroken, 1 StateDiffers</c>.</summary>
    public string Summary() => _counts.Count == 0
        ? "all is well"
        : string.Join(", ", _counts.Select(count => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count.Value} {count.Key}")));

    /// <summary>Counts one more.</summary>
    public void Add(TKind kind, string subject, string detail = "")
    {
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        if (_kept.Count < most)
        {
            _kept.Add(new Finding<TKind>(kind, subject, detail));
        }
    }
}

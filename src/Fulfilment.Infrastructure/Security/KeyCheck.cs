namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// Tells whether the loaded keys are the ones the database was written with. With others nothing would look
/// wrong at first: orders would go on, duplicates would pass for new codes, and the stored codes be lost.
/// </summary>
public static class KeyCheck
{
    /// <summary>
    /// Compares the check values in the database with <see cref="KeyRing.CheckValues"/>; both are by key name.
    /// An empty answer means the keys match. A key which is not stored yet, as a new encryption key, is not a
    /// mismatch: store it with the others.
    /// </summary>
    public static IReadOnlyList<KeyMismatch> Compare(IReadOnlyDictionary<string, string> stored, IReadOnlyDictionary<string, string> current)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(current);

        var mismatches = new List<KeyMismatch>();
        foreach (var (name, check) in stored.OrderBy(key => key.Key, StringComparer.Ordinal))
        {
            if (!current.TryGetValue(name, out var loaded))
            {
                mismatches.Add(new KeyMismatch(name, KeyMismatchKind.Missing));
            }
            else if (!string.Equals(loaded, check, StringComparison.Ordinal))
            {
                mismatches.Add(new KeyMismatch(name, KeyMismatchKind.Changed));
            }
        }

        return mismatches;
    }
}

/// <summary>One key that is not as the database knows it; <see cref="Name"/> is for example <c>fingerprint</c> or <c>encryption:1</c>.</summary>
public sealed record KeyMismatch(string Name, KeyMismatchKind Kind);

public enum KeyMismatchKind
{
    /// <summary>Another key is loaded under this name.</summary>
    Changed,

    /// <summary>No key is loaded under this name; what it encrypted cannot be opened.</summary>
    Missing,
}

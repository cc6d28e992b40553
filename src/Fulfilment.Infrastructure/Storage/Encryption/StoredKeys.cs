using System.Globalization;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Storage.Encryption;

/// <summary>What the database knows of the keys.</summary>
/// <param name="Checks">Check values by key name, see <see cref="KeyCheck"/>.</param>
/// <param name="Keys">Every encryption key there has been, by id.</param>
/// <param name="Active">The key that new values are encrypted with; null before the first start.</param>
/// <param name="Nodes">Processes whose lease is not over.</param>
public sealed record StoredKeys(IReadOnlyDictionary<string, string> Checks, IReadOnlyList<StoredKey> Keys, byte? Active, IReadOnlyList<NodeKeys> Nodes)
{
    /// <summary>The check values of the keys that a process cannot do without: a key that was never active has encrypted nothing.</summary>
    public IReadOnlyDictionary<string, string> RequiredFor(KeyRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        var dispensable = Keys.Where(key => key.ActivatedAt is null && !ring.Encryption.ContainsKey(key.Id))
            .Select(key => EncryptionKeyStore.CheckName(key.Id))
            .ToHashSet(StringComparer.Ordinal);
        return Checks.Where(check => !dispensable.Contains(check.Key)).ToDictionary(StringComparer.Ordinal);
    }
}

/// <summary>An encryption key's life, in Unix milliseconds.</summary>
/// <param name="Id">1 to 255.</param>
/// <param name="ActivatedAt">Null: never was active. Zero: before such times were kept.</param>
/// <param name="DeactivatedAt">When another key took over.</param>
/// <param name="RetiredAt">From when on nothing may be stored that names it.</param>
public sealed record StoredKey(byte Id, long? ActivatedAt, long? DeactivatedAt, long? RetiredAt);

/// <summary>What a living process has said of its keys.</summary>
/// <param name="Number">Its node number.</param>
/// <param name="Loaded">Ids of the keys it can open.</param>
/// <param name="Active">The key it encrypts with; 0: it has not said.</param>
public sealed record NodeKeys(int Number, IReadOnlyList<byte> Loaded, byte Active);

/// <summary>Ids of loaded keys as one text: <c>1,2</c>.</summary>
internal static class LoadedKeys
{
    public static string Format(KeyRing ring) => string.Join(',', ring.Encryption.Keys.Order().Select(id => id.ToString(CultureInfo.InvariantCulture)));

    public static IReadOnlyList<byte> Parse(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => byte.Parse(id, CultureInfo.InvariantCulture))];
}

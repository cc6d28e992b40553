namespace Fulfilment.Infrastructure.Security;

/// <summary>
/// The ring in force in this process. It is replaced as a whole when an encryption key is added, becomes active or goes; whoever encrypts
/// reads it once per value, so a value is always made by one ring.
/// </summary>
public sealed class CurrentKeys
{
    private volatile KeyRing? _ring;

    /// <summary>Without keys until <see cref="Use"/>.</summary>
    public CurrentKeys()
    {
    }

    /// <summary>With these keys.</summary>
    public CurrentKeys(KeyRing ring) => Use(ring);

    /// <summary>Whether there are keys yet.</summary>
    public bool AreLoaded => _ring is not null;

    /// <summary>The ring in force; throws while there is none.</summary>
    public KeyRing Ring => _ring ?? throw new InvalidOperationException("The keys are loaded when the engine is opened.");

    /// <summary>Puts another ring in force, at once for all threads.</summary>
    /// <exception cref="KeyRingException">A key that never rotates is another one, or an id stands for another key.</exception>
    public void Use(KeyRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        if (_ring is { } before && !ring.Continues(before))
        {
            throw new KeyRingException("Only encryption keys can be added and retired while a process runs; another key changed. Stop the process and put back the keys that belong to its database.");
        }

        _ring = ring;
    }
}

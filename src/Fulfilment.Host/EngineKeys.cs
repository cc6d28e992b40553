using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage.Encryption;

namespace Fulfilment.Host;

/// <summary>The folder of the key file, where keys do not come from settings.</summary>
internal sealed record KeyFolder(string Path);

/// <summary>
/// Loads the keys this process works with, once they are found to be the ones the database was written with, and follows what is added, activated
/// and retired while it runs.
/// </summary>
internal sealed partial class EngineKeys(EncryptionKeyStore store, CurrentKeys current, KeyFolder folder, IConfiguration configuration, ILogger<EngineKeys> logger)
{
    private (DateTime, long) _stamp;

    /// <summary>Whether the settings hold the keys; they then change only with a restart.</summary>
    public bool AreConfigured => Configured() is not null;

    /// <exception cref="SetupException">There are no keys, or not the right ones.</exception>
    public async Task LoadAsync()
    {
        try
        {
            var stored = await store.ReadAsync();
            _stamp = KeyFile.Stamp(folder.Path);
            await UseAsync(Find(hasChecks: stored.Checks.Count > 0));
        }
        catch (KeyRingException exception)
        {
            throw new SetupException(exception.Message, exception);
        }
    }

    /// <summary>Asks the file and the database, both cheaply, whether anything is new; true when another ring is in force now.</summary>
    /// <exception cref="SetupException">The keys there are now cannot be used; the ones in force stay.</exception>
    public async Task<bool> RefreshAsync()
    {
        var before = current.Ring;
        try
        {
            // Remembered only once it was used: a file that could not be used is tried again.
            var stamp = KeyFile.Stamp(folder.Path);
            if (stamp != _stamp && !AreConfigured)
            {
                await UseAsync(KeyFile.Load(folder.Path));
                _stamp = stamp;
            }
            else if (await store.ReadActiveAsync() is { } active && active != before.ActiveEncryptionId)
            {
                current.Use(Activate(before, active));
            }
        }
        catch (KeyRingException exception)
        {
            throw new SetupException(exception.Message, exception);
        }

        // A file that was made or touched is read again; that alone is no news.
        if (current.Ring.IsSameAs(before))
        {
            return false;
        }

        LogChanged(string.Join(", ", current.Ring.Encryption.Keys.Order()), current.Ring.ActiveEncryptionId);
        return true;
    }

    private KeyConfiguration? Configured() =>
        configuration.GetSection(KeyConfiguration.Section).Get<KeyConfiguration>() is { } configured && configured.IsPresent() ? configured : null;

    private KeyRing Find(bool hasChecks)
    {
        if (Configured() is { } configured)
        {
            return configured.ToKeyRing();
        }

        // Several nodes that each made keys of their own would write codes that the others cannot open.
        if (StorageSetup.IsSqlServer(configuration))
        {
            throw new SetupException(
                $"With SQL Server the keys are never made by themselves, because all nodes need the same. Set {KeyConfiguration.Section}:Active, {KeyConfiguration.Section}:Encryption:1, "
                + $"{KeyConfiguration.Section}:Fingerprint, {KeyConfiguration.Section}:LookUp and {KeyConfiguration.Section}:Custody on every node, each key made with: openssl rand -base64 32");
        }

        // Where checks are stored there was a key file: a new one would only hide that it is lost.
        if (hasChecks)
        {
            return KeyFile.Load(folder.Path);
        }

        var ring = KeyFile.LoadOrCreate(folder.Path, out var created);
        if (created)
        {
            LogCreated(Path.GetFullPath(Path.Combine(folder.Path, KeyFile.Name)));
        }

        return ring;
    }

    private async Task UseAsync(KeyRing ring)
    {
        await store.RegisterAsync(ring);
        var stored = await store.ReadAsync();
        Refuse(KeyCheck.Compare(stored.RequiredFor(ring), ring.CheckValues()));
        current.Use(Activate(ring, stored.Active ?? ring.ActiveEncryptionId));
    }

    private static KeyRing Activate(KeyRing ring, byte active) => ring.Encryption.ContainsKey(active)
        ? ring.WithActive(active)
        : throw new SetupException($"Encryption key {active} is active in this database and is not among this process's keys. Give it that key and start it again.");

    private static void Refuse(IReadOnlyList<KeyMismatch> mismatches)
    {
        if (mismatches.Count == 0)
        {
            return;
        }

        var faults = mismatches.Select(mismatch => mismatch.Kind switch
        {
            KeyMismatchKind.Changed => $"{mismatch.Name} is another key",
            KeyMismatchKind.Missing => $"{mismatch.Name} is missing",
        });
        throw new SetupException(
            $"The keys are not those that this database was written with: {string.Join("; ", faults)}. "
            + $"Put back the {KeyFile.Name} (or the settings under {KeyConfiguration.Section}) that belongs to this database; with other keys its codes cannot be opened.");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Made the key file {Path}. Back it up, apart from the database: without it the stored codes cannot be opened.")]
    private partial void LogCreated(string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "Encryption keys {Loaded} are loaded; new values are encrypted with key {Active}.")]
    private partial void LogChanged(string loaded, byte active);
}

using Dapper;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Host;

/// <summary>The keys this process works with, once <see cref="LoadAsync"/> has found them to be the ones the database was written with.</summary>
internal sealed partial class EngineKeys(IDatabase database, IConfiguration configuration, ILogger<EngineKeys> logger)
{
    private const string CheckPrefix = "key-check:";

    private KeyRing? _ring;

    public KeyRing Ring => _ring ?? throw new InvalidOperationException("The keys are loaded when the engine is opened.");

    /// <exception cref="SetupException">There are no keys, or not the right ones.</exception>
    public async Task LoadAsync()
    {
        try
        {
            var ring = Find(hasChecks: (await StoredAsync()).Count > 0);
            await StoreMissingAsync(ring);
            Refuse(KeyCheck.Compare(await StoredAsync(), ring.CheckValues()));
            _ring = ring;
        }
        catch (KeyRingException exception)
        {
            throw new SetupException(exception.Message, exception);
        }
    }

    private KeyRing Find(bool hasChecks)
    {
        if (configuration.GetSection(KeyConfiguration.Section).Get<KeyConfiguration>() is { } configured && configured.IsPresent())
        {
            return configured.ToKeyRing();
        }

        // Where checks are stored there was a key file: a new one would only hide that it is lost.
        var folder = configuration[Settings.StoragePath]!;
        if (hasChecks)
        {
            return KeyFile.Load(folder);
        }

        var ring = KeyFile.LoadOrCreate(folder, out var created);
        if (created)
        {
            LogCreated(Path.GetFullPath(Path.Combine(folder, KeyFile.Name)));
        }

        return ring;
    }

    private async Task<Dictionary<string, string>> StoredAsync()
    {
        var rows = await database.ReadAsync(connection => connection.QueryAsync<(string Name, string Value)>(
            "SELECT name, value FROM settings WHERE substr(name, 1, @length) = @prefix", new { prefix = CheckPrefix, length = CheckPrefix.Length }));
        return rows.ToDictionary(row => row.Name[CheckPrefix.Length..], row => row.Value, StringComparer.Ordinal);
    }

    // Stored first and compared after: of two processes that start at once with different keys, one is refused.
    private Task<int> StoreMissingAsync(KeyRing ring) => database.WriteAsync(connection => connection.ExecuteAsync(
        "INSERT INTO settings (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING",
        ring.CheckValues().Select(check => new { name = CheckPrefix + check.Key, value = check.Value })));

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
}

using System.Data.Common;
using System.Globalization;
using Dapper;
using Fulfilment.Core.Auditing;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Storage.Encryption;

/// <summary>
/// What the database knows of the keys: check values of all, the encryption keys' lives, which one is active, and which process has loaded what.
/// The database decides which key is active, so that all processes agree; a key file or a setting only says where a new database begins.
/// </summary>
public sealed class EncryptionKeyStore(IDatabase database, TimeProvider time)
{
    private const string CheckPrefix = "key-check:";
    private const string EncryptionPrefix = "encryption:";

    /// <summary>All of it as it is at one moment.</summary>
    public Task<StoredKeys> ReadAsync() => database.ReadSnapshotAsync(ReadAsync);

    /// <summary>Cheap enough to be asked every second. Null in a database that has not seen keys yet.</summary>
    public Task<byte?> ReadActiveAsync() => database.ReadAsync(ReadActiveAsync);

    /// <summary>
    /// Remembers keys the database has not seen. Stored first and compared after: of two processes that start at once with different keys,
    /// one finds the other's check values.
    /// </summary>
    public async Task RegisterAsync(KeyRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        await database.WriteAsync(async connection =>
        {
            var stored = await ReadAsync(connection).ConfigureAwait(false);
            var retired = stored.Keys.Where(key => key.RetiredAt is not null).Select(key => CheckName(key.Id)).ToHashSet(StringComparer.Ordinal);
            await connection.ExecuteAsync(
                "INSERT INTO settings (name, value) SELECT @name, @value WHERE NOT EXISTS (SELECT 1 FROM settings WHERE name = @name)",
                ring.CheckValues().Where(check => !retired.Contains(check.Key)).Select(check => new { name = CheckPrefix + check.Key, value = check.Value })).ConfigureAwait(false);
            await connection.ExecuteAsync(
                "INSERT INTO encryption_keys (id) SELECT @id WHERE NOT EXISTS (SELECT 1 FROM encryption_keys WHERE id = @id)",
                ring.Encryption.Keys.Select(id => new { id })).ConfigureAwait(false);
            if (stored.Active is null)
            {
                await SetActiveAsync(connection, ring.ActiveEncryptionId).ConfigureAwait(false);
            }

            return 0;
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes the next number, lets <paramref name="keep"/> put the key where all processes find it, and remembers it. Nobody else adds
    /// meanwhile: the transaction keeps them out, which is why so short a write to a file is made inside it.
    /// </summary>
    public Task<byte> AddAsync(Func<byte, KeyRing> keep, Func<byte, AuditEntry> audit)
    {
        ArgumentNullException.ThrowIfNull(keep);
        ArgumentNullException.ThrowIfNull(audit);
        return database.WriteAsync(async connection =>
        {
            var used = await connection.ExecuteScalarAsync<long>("SELECT coalesce(max(id), 0) FROM encryption_keys").ConfigureAwait(false);
            if (used >= byte.MaxValue)
            {
                throw new KeyRingException("All 255 numbers of encryption keys have been used.");
            }

            var id = (byte)(used + 1);
            var check = keep(id).CheckValues()[CheckName(id)];
            await connection.ExecuteAsync("INSERT INTO settings (name, value) VALUES (@name, @check)", new { name = CheckPrefix + CheckName(id), check }).ConfigureAwait(false);
            await connection.ExecuteAsync("INSERT INTO encryption_keys (id) VALUES (@id)", new { id }).ConfigureAwait(false);
            await AuditStore.AppendAsync(connection, audit(id)).ConfigureAwait(false);
            return id;
        });
    }

    /// <summary>Makes a key the one that new values are encrypted with. Null when done; else why not, as a sentence.</summary>
    public Task<string?> ActivateAsync(byte id, AuditEntry audit) => database.WriteAsync<string?>(async connection =>
    {
        var stored = await ReadAsync(connection).ConfigureAwait(false);
        if (stored.Keys.SingleOrDefault(key => key.Id == id) is not { RetiredAt: null })
        {
            return $"There is no encryption key {id}, or it has been retired. keys encryption status shows those there are.";
        }

        if (stored.Active == id)
        {
            return $"Encryption key {id} is active already.";
        }

        var lacking = stored.Nodes.Where(node => !node.Loaded.Contains(id)).Select(node => node.Number).ToList();
        if (lacking.Count > 0)
        {
            return $"Encryption key {id} cannot become active yet: {Nodes(lacking)} not loaded it. A host loads it from the key file within seconds, or after a restart "
                + "where its keys come from settings; a command keeps the keys it was started with, so wait until it ends.";
        }

        await connection.ExecuteAsync(
            "UPDATE encryption_keys SET deactivated_at = @now WHERE id = @active", new { now = Now, active = stored.Active }).ConfigureAwait(false);
        await SetActiveAsync(connection, id).ConfigureAwait(false);
        await AuditStore.AppendAsync(connection, audit).ConfigureAwait(false);
        return null;
    });

    /// <summary>From now on no value may be stored that names the key. Null when done; else why not, as a sentence.</summary>
    /// <param name="id">The key.</param>
    /// <param name="outOfUseFor">How long another key has to have been active: values made before are on their way to the database that long at most.</param>
    public Task<string?> BeginRetiringAsync(byte id, TimeSpan outOfUseFor) => database.WriteAsync<string?>(async connection =>
    {
        var stored = await ReadAsync(connection).ConfigureAwait(false);
        if (stored.Keys.SingleOrDefault(key => key.Id == id) is not { } key || !stored.Checks.ContainsKey(CheckName(id)))
        {
            return $"There is no encryption key {id}. keys encryption status shows those there are.";
        }

        if (stored.Active == id)
        {
            return $"Encryption key {id} is the active one. Activate another first, and run keys encryption reencrypt.";
        }

        if (stored.Nodes.Where(node => node.Active == id).Select(node => node.Number).ToList() is { Count: > 0 } using_)
        {
            return $"Encryption key {id} cannot be retired yet: {Nodes(using_)} not turned to the active key. Hosts do within seconds; wait until the commands started before have ended.";
        }

        if (key.DeactivatedAt is { } since && since + (long)outOfUseFor.TotalMilliseconds is var free && free > Now)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Encryption key {id} was active until a moment ago, and values made with it may still be on their way. Try again after {DateTimeOffset.FromUnixTimeMilliseconds(free):yyyy-MM-dd HH:mm:ss}Z.");
        }

        await connection.ExecuteAsync("UPDATE encryption_keys SET retired_at = coalesce(retired_at, @now) WHERE id = @id", new { now = Now, id }).ConfigureAwait(false);
        return null;
    });

    /// <summary>The key stays: values still name it.</summary>
    public Task CancelRetiringAsync(byte id) => database.WriteAsync(connection =>
        connection.ExecuteAsync("UPDATE encryption_keys SET retired_at = NULL WHERE id = @id", new { id }));

    /// <summary>Forgets the key's check value and lets <paramref name="remove"/> take the key away; nothing is forgotten when that throws.</summary>
    public Task FinishRetiringAsync(byte id, Action remove, AuditEntry audit)
    {
        ArgumentNullException.ThrowIfNull(remove);
        return database.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync("DELETE FROM settings WHERE name = @name", new { name = CheckPrefix + CheckName(id) }).ConfigureAwait(false);
            await AuditStore.AppendAsync(connection, audit).ConfigureAwait(false);
            remove();
            return 0;
        });
    }

    internal static string CheckName(byte id) => string.Create(CultureInfo.InvariantCulture, $"{EncryptionPrefix}{id}");

    internal static async Task<byte?> ReadActiveAsync(DbConnection connection) =>
        await connection.ExecuteScalarAsync<string?>("SELECT value FROM settings WHERE name = 'encryption-active'").ConfigureAwait(false) is { } text
            ? byte.Parse(text, CultureInfo.InvariantCulture)
            : null;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Nodes(List<int> numbers) => numbers.Count == 1 ? $"node {numbers[0]} has" : $"nodes {string.Join(", ", numbers)} have";

    private async Task<StoredKeys> ReadAsync(DbConnection connection)
    {
        var checks = await connection.QueryAsync<(string Name, string Value)>(
            "SELECT name, value FROM settings WHERE substring(name, 1, @length) = @prefix", new { prefix = CheckPrefix, length = CheckPrefix.Length }).ConfigureAwait(false);
        var keys = await connection.QueryAsync<(long Id, long? ActivatedAt, long? DeactivatedAt, long? RetiredAt)>(
            "SELECT id, activated_at, deactivated_at, retired_at FROM encryption_keys ORDER BY id").ConfigureAwait(false);
        var nodes = await connection.QueryAsync<(long Number, string Keys, long Active)>(
            "SELECT number, encryption_keys, encryption_active FROM nodes WHERE lease_until > @now ORDER BY number", new { now = Now }).ConfigureAwait(false);
        return new StoredKeys(
            checks.ToDictionary(check => check.Name[CheckPrefix.Length..], check => check.Value, StringComparer.Ordinal),
            [.. keys.Select(key => new StoredKey((byte)key.Id, key.ActivatedAt, key.DeactivatedAt, key.RetiredAt))],
            await ReadActiveAsync(connection).ConfigureAwait(false),
            [.. nodes.Select(node => new NodeKeys((int)node.Number, LoadedKeys.Parse(node.Keys), (byte)node.Active))]);
    }

    private async Task SetActiveAsync(DbConnection connection, byte id)
    {
        await connection.ExecuteAsync("DELETE FROM settings WHERE name = 'encryption-active'").ConfigureAwait(false);
        await connection.ExecuteAsync(
            "INSERT INTO settings (name, value) VALUES ('encryption-active', @id)", new { id = id.ToString(CultureInfo.InvariantCulture) }).ConfigureAwait(false);
        await connection.ExecuteAsync("UPDATE encryption_keys SET activated_at = @now, deactivated_at = NULL WHERE id = @id", new { now = Now, id }).ConfigureAwait(false);
    }
}

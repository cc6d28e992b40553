using System.Data.Common;
using System.Net;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>api_keys</c>.</summary>
public sealed class ApiKeyStore(IDatabase database, IdGenerator ids) : IApiKeyStore
{
    private const string Select = """
        SELECT id, owner_kind AS OwnerKind, owner_code AS OwnerCode, hash, scopes, mode, allowed_ips AS AllowedIps, expires_at AS ExpiresAt, revoked_at AS RevokedAt
        FROM api_keys
        """;

    /// <inheritdoc/>
    public Task<Result<ApiKey>> IssueAsync(ApiKey key, Actor actor) => database.WriteAsync<Result<ApiKey>>(async connection =>
    {
        // Storefronts and suppliers are never deleted, so one that is there now stays.
        if (key.Owner.Kind == KeyOwnerKind.Storefront && await StorefrontStore.FindAsync(connection, key.Owner.Code).ConfigureAwait(false) is null)
        {
            return new Refusal(RefusalCode.InvalidRequest, "/owner", "There is no such storefront.");
        }

        if (key.Owner.Kind == KeyOwnerKind.Supplier && await SupplierStore.FindAsync(connection, key.Owner.Code).ConfigureAwait(false) is null)
        {
            return new Refusal(RefusalCode.InvalidRequest, "/owner", "There is no such supplier.");
        }

        await InsertAsync(connection, key).ConfigureAwait(false);
        await RecordAsync(connection, actor, "key.issued", null, key).ConfigureAwait(false);
        return key;
    });

    /// <inheritdoc/>
    public Task<Result<KeyRotation>> RotateAsync(long id, Func<ApiKey, Result<KeyRotation>> rotate, Actor actor) => database.WriteAsync<Result<KeyRotation>>(async connection =>
    {
        if (await FindAsync(connection, id).ConfigureAwait(false) is not { } before)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var rotation = rotate(before);
        if (rotation.Refusal is not null)
        {
            return rotation;
        }

        var (old, successor) = (rotation.Value.Old, rotation.Value.New);
        await connection.ExecuteAsync(
            "UPDATE api_keys SET expires_at = @expiresAt WHERE id = @id",
            new { expiresAt = old.ExpiresAt?.ToUnixTimeMilliseconds(), id }).ConfigureAwait(false);
        await InsertAsync(connection, successor).ConfigureAwait(false);
        await RecordAsync(connection, actor, "key.rotated", before, old).ConfigureAwait(false);
        await RecordAsync(connection, actor, "key.issued", null, successor).ConfigureAwait(false);
        return rotation;
    });

    /// <inheritdoc/>
    public Task<Result<ApiKey>> RevokeAsync(long id, DateTimeOffset at, Actor actor) => database.WriteAsync<Result<ApiKey>>(async connection =>
    {
        if (await FindAsync(connection, id).ConfigureAwait(false) is not { } before)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var revoked = await connection.ExecuteAsync(
            "UPDATE api_keys SET revoked_at = @at WHERE id = @id AND revoked_at IS NULL",
            new { at = at.ToUnixTimeMilliseconds(), id }).ConfigureAwait(false);
        if (revoked == 0)
        {
            return before;
        }

        var after = before with { RevokedAt = at };
        await RecordAsync(connection, actor, "key.revoked", before, after).ConfigureAwait(false);
        return after;
    });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(KeyOwner? owner, long? before, int limit, CancellationToken cancellation)
    {
        var ofOwner = owner is null ? "" : "AND owner_kind = @kind AND owner_code = @code";
        var rows = await database.ReadAsync(connection => connection.QueryAsync<Row>(
            $"{Select} WHERE id < @before {ofOwner} ORDER BY id DESC {database.Dialect.Limit("@limit")}",
            new { before = before ?? long.MaxValue, kind = (int?)owner?.Kind, code = owner?.Code, limit }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToKey())];
    }

    /// <inheritdoc/>
    public Task<ApiKey?> FindAsync(long id, CancellationToken cancellation) => database.ReadAsync(connection => FindAsync(connection, id), cancellation);

    /// <summary>For the catalogue's snapshot: every key that is not revoked. Those that expire do so by the clock.</summary>
    internal static async Task<List<ApiKey>> ListUsableAsync(DbConnection connection)
    {
        var rows = await connection.QueryAsync<Row>($"{Select} WHERE revoked_at IS NULL").ConfigureAwait(false);
        return [.. rows.Select(row => row.ToKey())];
    }

    private static async Task<ApiKey?> FindAsync(DbConnection connection, long id)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>($"{Select} WHERE id = @id", new { id }).ConfigureAwait(false);
        return row?.ToKey();
    }

    private static Task InsertAsync(DbConnection connection, ApiKey key) => connection.ExecuteAsync("""
        INSERT INTO api_keys (id, owner_kind, owner_code, hash, scopes, mode, allowed_ips, expires_at, revoked_at)
        VALUES (@Id, @OwnerKind, @OwnerCode, @Hash, @Scopes, @Mode, @AllowedIps, @ExpiresAt, @RevokedAt)
        """, Row.From(key));

    private async Task RecordAsync(DbConnection connection, Actor actor, string action, ApiKey? before, ApiKey after)
    {
        var subject = "key:" + PublicId.Format(PublicId.Key, after.Id);
        await AuditStore.AppendAsync(connection, new AuditEntry(
            ids.Next(), actor, action, subject, before is null ? null : AuditImage.Of(before), AuditImage.Of(after))).ConfigureAwait(false);
        await CatalogueVersion.RaiseAsync(connection).ConfigureAwait(false);
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public int OwnerKind { get; init; }

        public string OwnerCode { get; init; } = "";

        public byte[] Hash { get; init; } = [];

        public int Scopes { get; init; }

        public int Mode { get; init; }

        public string AllowedIps { get; init; } = "";

        public long? ExpiresAt { get; init; }

        public long? RevokedAt { get; init; }

        public static Row From(ApiKey key) => new()
        {
            Id = key.Id,
            OwnerKind = (int)key.Owner.Kind,
            OwnerCode = key.Owner.Code,
            Hash = key.Hash.ToArray(),
            Scopes = (int)key.Scopes,
            Mode = (int)key.Mode,
            AllowedIps = StorageJson.Write(key.AllowedIps.Select(network => network.ToString())),
            ExpiresAt = key.ExpiresAt?.ToUnixTimeMilliseconds(),
            RevokedAt = key.RevokedAt?.ToUnixTimeMilliseconds(),
        };

        public ApiKey ToKey() => new()
        {
            Id = Id,
            Owner = new KeyOwner((KeyOwnerKind)OwnerKind, OwnerCode),
            Hash = Hash,
            Scopes = (Scopes)Scopes,
            Mode = (KeyMode)Mode,
            AllowedIps = [.. StorageJson.Read<string[]>(AllowedIps).Select(text => IPNetwork.Parse(text))],
            ExpiresAt = Time(ExpiresAt),
            RevokedAt = Time(RevokedAt),
        };

        private static DateTimeOffset? Time(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
    }
}

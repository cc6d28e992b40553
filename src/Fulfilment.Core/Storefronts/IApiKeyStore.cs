using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Storefronts;

/// <summary>API keys as they are stored: their hashes. Each write leaves its audit entries and raises the catalogue's version in its own transaction.</summary>
public interface IApiKeyStore
{
    /// <summary>Stores a new key; <see cref="RefusalCode.InvalidRequest"/> when its owner is a storefront that does not exist.</summary>
    Task<Result<ApiKey>> IssueAsync(ApiKey key, Actor actor);

    /// <summary>Stores both keys that <paramref name="rotate"/> makes of the key as it is inside the transaction; <see cref="RefusalCode.NotFound"/> when there is none.</summary>
    Task<Result<KeyRotation>> RotateAsync(long id, Func<ApiKey, Result<KeyRotation>> rotate, Actor actor);

    /// <summary>Stops a key from <paramref name="at"/> on; one that is revoked already stays as it is. <see cref="RefusalCode.NotFound"/> when there is none.</summary>
    Task<Result<ApiKey>> RevokeAsync(long id, DateTimeOffset at, Actor actor);

    /// <summary>Keys with an id below <paramref name="before"/>, newest first, live or not; of one owner if one is given.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(KeyOwner? owner, long? before, int limit, CancellationToken cancellation);

    /// <summary>One key, live or not; null when there is none.</summary>
    Task<ApiKey?> FindAsync(long id, CancellationToken cancellation);
}

/// <summary>A key and the one that takes its place.</summary>
/// <param name="Old">The key rotated, with the end of its life if it has one now.</param>
/// <param name="New">Of the same owner, with the same scopes and addresses.</param>
public sealed record KeyRotation(ApiKey Old, ApiKey New);

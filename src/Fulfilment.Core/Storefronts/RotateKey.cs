using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Storefronts;

/// <summary>Makes a second key for the same owner, scopes and addresses, so that its owner can change over without a gap.</summary>
public sealed class RotateKey(IApiKeyStore store, ICatalogue catalogue, IdGenerator ids, IRandomBytes random, TimeProvider time)
{
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(365);

    /// <summary>The new key; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>.</summary>
    /// <param name="id">The key to take the place of; it must be live.</param>
    /// <param name="overlap">How long the old key goes on working, at least zero; null: until it is revoked or expires by itself.</param>
    /// <param name="expiresAt">When the new key stops working by itself; null: never.</param>
    /// <param name="actor">Who asks for it.</param>
    public async Task<Result<IssuedKey>> RunAsync(long id, TimeSpan? overlap, DateTimeOffset? expiresAt, Actor actor)
    {
        if (overlap < TimeSpan.Zero || overlap > LongestOverlap)
        {
            return Field.Refuse("/overlapSeconds", "The overlap is from 0 to 31,536,000 seconds (365 days).");
        }

        var now = time.GetUtcNow();
        if (expiresAt <= now)
        {
            return Field.Refuse("/expiresAt", "The expiry must lie in the future.");
        }

        var newId = ids.Next();
        var text = "";
        var rotated = await store.RotateAsync(id, Rotate, actor);
        await catalogue.RefreshAsync();
        return rotated.Refusal is { } refusal ? refusal : new IssuedKey(rotated.Value.New, text);

        Result<KeyRotation> Rotate(ApiKey old)
        {
            if (!old.IsLive(now))
            {
                return new Refusal(RefusalCode.InvalidRequest, null, "The key is revoked or has expired; issue a new one.");
            }

            text = ApiKeyText.Create(random, old.Mode);
            var end = overlap is { } length && (old.ExpiresAt is null || now + length < old.ExpiresAt) ? now + length : old.ExpiresAt;
            return new KeyRotation(
                old with { ExpiresAt = end },
                old with { Id = newId, Hash = ApiKeyText.Hash(text), ExpiresAt = expiresAt });
        }
    }
}

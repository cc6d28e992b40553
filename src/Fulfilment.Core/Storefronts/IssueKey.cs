using System.Diagnostics;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Storefronts;

/// <summary>Makes an API key.</summary>
public sealed class IssueKey(IApiKeyStore store, ICatalogue catalogue, IdGenerator ids, IRandomBytes random, TimeProvider time)
{
    /// <summary>The key once the catalogue accepts it; or <see cref="RefusalCode.InvalidRequest"/>.</summary>
    public async Task<Result<IssuedKey>> RunAsync(KeyFields fields, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var text = ApiKeyText.Create(random, fields.Mode);
        var key = fields.Create(ids.Next(), ApiKeyText.Hash(text), time.GetUtcNow());
        if (key.Refusal is { } refusal)
        {
            return refusal;
        }

        var issued = await store.IssueAsync(key.Value, actor);
        await catalogue.RefreshAsync();
        return issued.Refusal is { } refused ? refused : new IssuedKey(issued.Value, text);
    }
}

/// <summary>A new key with its text, which is shown once and never again. Prints without it.</summary>
[DebuggerDisplay("{Key.Id}")]
public sealed class IssuedKey(ApiKey key, string text)
{
    /// <summary>The key as it is kept.</summary>
    public ApiKey Key { get; } = key;

    /// <summary>What its owner sends as <c>Authorization: Bearer</c>.</summary>
    public string Text { get; } = text;
}

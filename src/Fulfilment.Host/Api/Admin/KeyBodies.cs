using System.Net.Sockets;
using System.Text.Json.Serialization;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using IPNetwork = System.Net.IPNetwork;

namespace Fulfilment.Host.Api.Admin;

/// <summary>A new key.</summary>
internal sealed record NewKey(
    string Owner, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt = null, IReadOnlyList<string>? AllowedIps = null, KeyMode Mode = KeyMode.Live);

/// <summary>How a key is rotated.</summary>
/// <param name="OverlapSeconds">How long the old key goes on working; null: until it is revoked.</param>
/// <param name="ExpiresAt">When the new key stops working; null: never.</param>
internal sealed record Rotation(int? OverlapSeconds = null, DateTimeOffset? ExpiresAt = null);

/// <summary>A key as operators see it; the key itself cannot be shown again.</summary>
internal record AdminKey(
    string Id,
    string Owner,
    KeyMode Mode,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> AllowedIps,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset CreatedAt)
{
    public static AdminKey Of(ApiKey key) => new(
        PublicId.Format(PublicId.Key, key.Id),
        key.Owner.ToString(),
        key.Mode,
        KeyTexts.Of(key.Scopes),
        [.. key.AllowedIps.Select(Show)],
        key.ExpiresAt,
        key.RevokedAt,
        IdGenerator.TimeOf(key.Id));

    // One address is shown as it was given, without the length of its prefix.
    private static string Show(IPNetwork network)
    {
        var whole = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        return network.PrefixLength == whole ? network.BaseAddress.ToString() : network.ToString();
    }
}

/// <summary>A new key, with its text for the only time.</summary>
internal sealed record AdminKeyWithText : AdminKey
{
    public AdminKeyWithText(IssuedKey issued)
        : base(Of(issued.Key)) => Key = issued.Text;

    /// <summary>What the owner sends as <c>Authorization: Bearer</c>.</summary>
    [JsonPropertyOrder(1)]
    public string Key { get; }

    // What prints a record must not print a key.
    public override string ToString() => Id;
}

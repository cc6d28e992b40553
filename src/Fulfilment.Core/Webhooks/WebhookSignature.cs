using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fulfilment.Core.Webhooks;

/// <summary>
/// Signs and verifies webhooks as Standard Webhooks 1.0 says: HMAC-SHA256 over <c>id.timestamp.body</c>, in the headers <c>webhook-id</c>,
/// <c>webhook-timestamp</c> (Unix seconds) and <c>webhook-signature</c> (<c>v1,</c> and base64; several, separated by spaces, while a secret is rotated).
/// </summary>
public static class WebhookSignature
{
    /// <summary>The names of the headers.</summary>
    public const string IdHeader = "webhook-id", TimestampHeader = "webhook-timestamp", SignatureHeader = "webhook-signature";

    /// <summary>How far a timestamp may lie from now, on either side.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const string Version = "v1,";

    /// <summary>One signature, as it stands in the header.</summary>
    public static string Sign(WebhookSecret secret, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return Version + Convert.ToBase64String(secret.Compute(Content(id, at.ToUnixTimeSeconds(), body)));
    }

    /// <summary>Whether one of the signatures is one of the secrets' and the time is now. Compares in a time that tells nothing about the signature.</summary>
    /// <param name="secrets">All that are live.</param>
    /// <param name="id">Header <c>webhook-id</c>; null: missing.</param>
    /// <param name="timestamp">Header <c>webhook-timestamp</c>; null: missing.</param>
    /// <param name="signatures">Header <c>webhook-signature</c>; null: missing.</param>
    /// <param name="body">The body's bytes as they came.</param>
    /// <param name="now">The time.</param>
    public static WebhookVerdict Verify(
        IReadOnlyList<WebhookSecret> secrets, string? id, string? timestamp, string? signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(timestamp) || string.IsNullOrEmpty(signatures))
        {
            return WebhookVerdict.HeaderMissing;
        }

        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((decimal)seconds - now.ToUnixTimeSeconds()) > (decimal)Tolerance.TotalSeconds)
        {
            return WebhookVerdict.OutOfTime;
        }

        var content = Content(id, seconds, body);
        var genuine = false;
        foreach (var secret in secrets)
        {
            var expected = secret.Compute(content);
            foreach (var signature in signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                genuine |= Matches(signature, expected);
            }
        }

        return genuine ? WebhookVerdict.Genuine : WebhookVerdict.WrongSignature;
    }

    private static bool Matches(string signature, byte[] expected)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return signature.StartsWith(Version, StringComparison.Ordinal)
            && Convert.TryFromBase64String(signature[Version.Length..], given, out var length)
            && CryptographicOperations.FixedTimeEquals(given[..length], expected);
    }

    private static byte[] Content(string id, long seconds, ReadOnlySpan<byte> body) =>
        [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")), .. body];
}

/// <summary>What verifying a webhook came to.</summary>
public enum WebhookVerdict
{
    /// <summary>It is ours and from now.</summary>
    Genuine,

    /// <summary>One of the three headers is not there.</summary>
    HeaderMissing,

    /// <summary>The timestamp is no number, or more than the tolerance away from now: perhaps a recording.</summary>
    OutOfTime,

    /// <summary>No signature is of a secret of ours over this body.</summary>
    WrongSignature,
}

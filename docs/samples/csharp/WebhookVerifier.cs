using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FulfilmentSample;

/// <summary>Standard Webhooks: HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
internal static class WebhookVerifier
{
    private const int ToleranceSeconds = 300;

    /// <summary>
    /// The body is what came, before any parsing. What passes may still be a duplicate: store the webhook-id under a unique key in the
    /// transaction that acts on the event.
    /// </summary>
    public static bool IsGenuine(string secret, string? id, string? timestamp, string? signatures, byte[] body, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(id)
            || string.IsNullOrEmpty(signatures)
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs((decimal)seconds - now.ToUnixTimeSeconds()) > ToleranceSeconds)
        {
            return false;
        }

        var key = Convert.FromBase64String(secret.StartsWith("whsec_", StringComparison.Ordinal) ? secret["whsec_".Length..] : secret);
        byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, content)));
        var genuine = false;
        foreach (var signature in signatures.Split(' '))
        {
            genuine |= CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature));
        }

        return genuine;
    }
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Fulfilment.Core.Webhooks;

/// <summary>What a webhook endpoint and we share: <c>whsec_</c> and 24 to 64 bytes in base64, as Standard Webhooks asks. Prints nothing.</summary>
[DebuggerDisplay("whsec_…")]
public sealed class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int FewestBytes = 24, MostBytes = 64, NewBytes = 32;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>The text that its owner keeps.</summary>
    public string Text => Prefix + Convert.ToBase64String(_key);

    /// <summary>A new secret.</summary>
    public static WebhookSecret Create(IRandomBytes random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var key = new byte[NewBytes];
        random.Fill(key);
        return new WebhookSecret(key);
    }

    /// <summary>Reads what <see cref="Text"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out WebhookSecret? secret)
    {
        secret = null;
        var key = new byte[MostBytes];
        if (text?.StartsWith(Prefix, StringComparison.Ordinal) != true
            || !Convert.TryFromBase64String(text[Prefix.Length..], key, out var length)
            || length < FewestBytes)
        {
            return false;
        }

        secret = new WebhookSecret(key[..length]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => nameof(WebhookSecret);

    internal byte[] Compute(ReadOnlySpan<byte> content) => HMACSHA256.HashData(_key, content);
}

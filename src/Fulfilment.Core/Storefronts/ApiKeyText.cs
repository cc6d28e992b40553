using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Fulfilment.Core.Storefronts;

/// <summary>The text of an API key: <c>fk_live_</c>, or <c>fk_test_</c> for the sandbox, and 32 random bytes in base64url. It is shown once; only its hash is kept.</summary>
public static class ApiKeyText
{
    /// <summary>What the text of a test key begins with.</summary>
    public const string TestPrefix = "fk_test_";

    private const string LivePrefix = "fk_live_";
    private const int RandomBytes = 32;

    /// <summary>A new key.</summary>
    public static string Create(IRandomBytes random, KeyMode mode)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[RandomBytes];
        random.Fill(bytes);
        return (mode == KeyMode.Test ? TestPrefix : LivePrefix) + Base64Url.EncodeToString(bytes);
    }

    /// <summary>What is kept of a key: the SHA-256 of its text in UTF-8. Any text has one.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

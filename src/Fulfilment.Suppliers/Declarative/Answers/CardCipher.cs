using System.Security.Cryptography;
using System.Text;
using Fulfilment.Suppliers.Declarative.Messages;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Answers;

/// <summary>Decrypts codes. What does not come out as plain text is nothing: a wrong key must not make a code.</summary>
internal sealed class CardCipher
{
    private const int BlockBytes = 16;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _key;
    private readonly byte[]? _iv;
    private readonly DecryptDefinition _definition;

    private CardCipher(DecryptDefinition definition, byte[] key, byte[]? iv) => (_definition, _key, _iv) = (definition, key, iv);

    /// <summary>The cipher, or what is wrong with the secrets that it needs, in a sentence.</summary>
    public static (CardCipher? Cipher, string? Mistake) Create(DecryptDefinition definition, ITemplateValues secrets)
    {
        if (Bytes(definition.Key.Fill(secrets) ?? "", definition.KeyWriting) is not { Length: 16 or 24 or 32 } key)
        {
            return (null, $"The key for codes ({definition.Key}) has to be 16, 24 or 32 bytes{Written(definition.KeyWriting)}.");
        }

        if (definition.Iv is null)
        {
            return (new CardCipher(definition, key, null), null);
        }

        return Bytes(definition.Iv.Fill(secrets) ?? "", definition.KeyWriting) is { Length: BlockBytes } iv
            ? (new CardCipher(definition, key, iv), null)
            : (null, $"The IV for codes ({definition.Iv}) has to be 16 bytes{Written(definition.KeyWriting)}.");
    }

    /// <summary>The plain text; null when the text is no cipher text of this key.</summary>
    public string? Decrypt(string text)
    {
        if (Bytes(text, _definition.Writing) is not { Length: > 0 } bytes)
        {
            return null;
        }

        try
        {
            using var aes = Aes.Create();
            aes.Key = _key;
            if (!_definition.Cbc)
            {
                return Plain(aes.DecryptEcb(bytes, PaddingMode.PKCS7));
            }

            return _iv is not null
                ? Plain(aes.DecryptCbc(bytes, _iv, PaddingMode.PKCS7))
                : bytes.Length > BlockBytes ? Plain(aes.DecryptCbc(bytes.AsSpan(BlockBytes), bytes.AsSpan(0, BlockBytes), PaddingMode.PKCS7)) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // One wrong key in 256 ends in something that looks like padding; what is before it is then no text.
    private static string? Plain(byte[] bytes)
    {
        try
        {
            var text = Utf8.GetString(bytes);
            return text.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[]? Bytes(string text, BytesWriting writing)
    {
        try
        {
            return writing switch
            {
                BytesWriting.Text => Encoding.UTF8.GetBytes(text),
                BytesWriting.Hex => Convert.FromHexString(text),
                BytesWriting.Base64 => Convert.FromBase64String(text),
            };
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Written(BytesWriting writing) => writing == BytesWriting.Text ? "" : $", written in {writing.ToString().ToLowerInvariant()}";
}

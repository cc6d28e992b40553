using System.Security.Cryptography;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Host.Commands;

/// <summary>Makes an idempotency key from a file's content: a copy under another name is the same import.</summary>
internal static class ImportFileKey
{
    public static async Task<string> OfAsync(FileInfo file, ICodeProtection protection, CancellationToken cancellation)
    {
        await using var stream = file.OpenRead();
        var hash = await SHA256.HashDataAsync(stream, cancellation);

        // The key is stored as it is, and the bare hash of a file with one short code would give the code away to whoever tries them all.
        var keyed = new byte[ICodeProtection.HashSize];
        protection.Fingerprint(new CodeText(null, Convert.ToHexStringLower(hash)), keyed);
        return $"file-{Convert.ToHexStringLower(keyed)}";
    }
}

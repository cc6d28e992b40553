using System.Text;

namespace Fulfilment.Host.Tests.Leaks;

/// <summary>Looks for texts in bytes, as UTF-8 and as UTF-16 in both orders.</summary>
internal sealed class SecretScan(IReadOnlyList<string> secrets)
{
    private static readonly Encoding[] Encodings = [new UTF8Encoding(false), new UnicodeEncoding(false, false), new UnicodeEncoding(true, false)];

    private readonly List<(string Secret, string Encoding, byte[] Bytes)> _patterns =
        [.. from secret in secrets from encoding in Encodings select (secret, encoding.WebName, encoding.GetBytes(secret))];

    /// <summary>Where which secret stands, for a person; none when all is well.</summary>
    public IEnumerable<string> Find(string where, ReadOnlyMemory<byte> bytes) =>
        from pattern in _patterns
        let at = bytes.Span.IndexOf(pattern.Bytes)
        where at >= 0
        select $"{where}: {pattern.Secret} as {pattern.Encoding} at {at}";

    public IEnumerable<string> Find(string where, string text) => Find(where, Encoding.UTF8.GetBytes(text));

    public IEnumerable<string> FindInFolder(string folder) =>
        Directory.EnumerateFiles(folder).SelectMany(file => Find(Path.GetFileName(file), File.ReadAllBytes(file)));
}

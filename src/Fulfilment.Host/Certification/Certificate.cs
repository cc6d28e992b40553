using System.Globalization;
using System.Security.Cryptography;

namespace Fulfilment.Host.Certification;

/// <summary>What is left of a certification: which file, where, when, and how it went.</summary>
internal static class Certificate
{
    /// <param name="supplier">The definition's name.</param>
    /// <param name="file">As it was read.</param>
    /// <param name="at">The host.</param>
    /// <param name="isSimulator">Whether the host was a simulator.</param>
    /// <param name="findings">All of them.</param>
    /// <param name="now">The time.</param>
    public static string Write(string supplier, byte[] file, Uri at, bool isSimulator, IReadOnlyList<Finding> findings, DateTimeOffset now)
    {
        int Count(Verdict verdict) => findings.Count(finding => finding.Verdict == verdict);
        return string.Create(CultureInfo.InvariantCulture, $"""

            {(Count(Verdict.Failed) == 0 ? "CERTIFICATE" : "NO CERTIFICATE")}
              supplier      {supplier}
              file, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(file))}
              host          {at.GetLeftPart(UriPartial.Authority)}{(isSimulator ? " (the supplier simulator)" : "")}
              date          {now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}
              checks        {Count(Verdict.Passed)} passed, {Count(Verdict.Failed)} failed, {Count(Verdict.NotPossible)} not possible
            """);
    }
}

using System.Globalization;
using System.Text;
using Fulfilment.Core.Checks;

namespace Fulfilment.Host.Commands;

/// <summary>Prints what a check found.</summary>
internal static class FindingsText
{
    public const int DefaultMost = 100;

    private const string Advice =
        "These records were changed outside the engine, or the engine has a fault. Copy the storage folder before anything else changes it, and compare it with a backup.";

    /// <param name="findings">What was found.</param>
    /// <param name="scope">What was looked at: <c>12 card keys</c>.</param>
    /// <param name="output">Where to.</param>
    /// <returns>The command's exit code.</returns>
    public static async Task<int> PrintAsync<TKind>(Findings<TKind> findings, string scope, TextWriter output)
        where TKind : struct, Enum
    {
        if (findings.Total == 0)
        {
            await output.WriteLineAsync($"{scope}: no findings.");
            return 0;
        }

        await output.WriteLineAsync($"{scope}: {Number(findings.Total)} findings.");
        foreach (var (kind, count) in findings.Counts)
        {
            await output.WriteLineAsync($"  {Words(kind)}: {Number(count)}");
        }

        await output.WriteLineAsync();
        foreach (var finding in findings.Kept)
        {
            await output.WriteLineAsync($"{finding.Subject}: {Words(finding.Kind)}{(finding.Detail.Length == 0 ? "" : ": ")}{finding.Detail}");
        }

        if (findings.Total > findings.Kept.Count)
        {
            await output.WriteLineAsync($"and {Number(findings.Total - findings.Kept.Count)} more; --most shows more of them.");
        }

        await Console.Error.WriteLineAsync(Advice);
        return CommandErrors.Failed;
    }

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>SealBroken</c> as <c>seal broken</c>.</summary>
    public static string Words<TKind>(TKind kind)
        where TKind : struct, Enum
    {
        var text = new StringBuilder();
        foreach (var letter in kind.ToString())
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append(' ');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}

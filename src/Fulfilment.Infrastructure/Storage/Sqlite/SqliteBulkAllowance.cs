using System.Diagnostics;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>How long one transaction may take bulk jobs: long while nobody else writes, hardly at all while somebody does. For one thread.</summary>
/// <param name="besideHost">Whether a host beside this process needs the lock more.</param>
internal sealed class SqliteBulkAllowance(bool besideHost)
{
    // Rows of an import land on random pages of the indexes, and a commit writes every page once however many rows it took: long transactions
    // are several times cheaper. But whoever comes meanwhile waits for the commit.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan LongestBesideHost = TimeSpan.FromMilliseconds(1000);
    private static readonly TimeSpan LongestBesidePrompt = TimeSpan.FromMilliseconds(4);

    // So long after a prompt job the next one is expected. Another process's writes show only afterwards, when they have waited, so they are expected for longer.
    private static readonly TimeSpan PromptSoon = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan OtherWriteSoon = TimeSpan.FromSeconds(5);

    private long _expectUntil;

    public TimeSpan Now(bool promptWaits)
    {
        if (promptWaits || Stopwatch.GetTimestamp() < _expectUntil)
        {
            return LongestBesidePrompt;
        }

        return besideHost ? LongestBesideHost : Longest;
    }

    public void PromptHasRun() => Expect(PromptSoon);

    public void OtherHasWritten() => Expect(OtherWriteSoon);

    private void Expect(TimeSpan within) =>
        _expectUntil = Math.Max(_expectUntil, Stopwatch.GetTimestamp() + (long)(within.TotalSeconds * Stopwatch.Frequency));
}

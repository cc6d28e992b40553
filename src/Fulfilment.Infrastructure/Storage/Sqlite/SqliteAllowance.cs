using System.Diagnostics;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>How long one transaction may take jobs that are not prompt: long while nobody else writes, hardly at all while somebody does. For one thread.</summary>
/// <param name="besideHost">Whether a host beside this process needs the lock more.</param>
internal sealed class SqliteAllowance(bool besideHost)
{
    // Rows of an import land on random pages of the indexes, and a commit writes every page once however many rows it took: long transactions
    // are several times cheaper. But whoever comes meanwhile waits for the commit.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan LongestBesideHost = TimeSpan.FromMilliseconds(1000);
    private static readonly TimeSpan LongestBesideOthers = TimeSpan.FromMilliseconds(4);

    // Twenty outcomes that come at once would otherwise keep every order that comes meanwhile from its commit.
    private static readonly TimeSpan LongestBackground = TimeSpan.FromMilliseconds(1);

    // So long after a prompt job the next one is expected. Another process's writes show only afterwards, when they have waited, so they are expected for longer.
    private static readonly TimeSpan PromptSoon = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan OtherWriteSoon = TimeSpan.FromSeconds(5);

    private long _promptUntil;
    private long _othersUntil;

    public TimeSpan ForBulk(bool othersWait)
    {
        if (othersWait || Stopwatch.GetTimestamp() < _othersUntil)
        {
            return LongestBesideOthers;
        }

        return besideHost ? LongestBesideHost : Longest;
    }

    public TimeSpan ForBackground() => Stopwatch.GetTimestamp() < _promptUntil ? LongestBackground : TimeSpan.MaxValue;

    public void HasRun(WritePriority priority)
    {
        if (priority == WritePriority.Prompt)
        {
            Expect(ref _promptUntil, PromptSoon);
        }

        if (priority != WritePriority.Bulk)
        {
            Expect(ref _othersUntil, PromptSoon);
        }
    }

    public void OtherHasWritten() => Expect(ref _othersUntil, OtherWriteSoon);

    private static void Expect(ref long until, TimeSpan within) =>
        until = Math.Max(until, Stopwatch.GetTimestamp() + (long)(within.TotalSeconds * Stopwatch.Frequency));
}

using System.Diagnostics;

namespace Fulfilment.Host.Tests;

/// <summary>Waits for what happens in another process.</summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until it is so, and gives how long that took. The limit is a deadline, not a pause: it only decides when to give up.</summary>
    public static async Task<TimeSpan> UntilAsync(Func<Task<bool>> isSo, Func<string>? otherwise = null, TimeSpan? limit = null)
    {
        var waited = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(waited.Elapsed < (limit ?? Limit), otherwise?.Invoke() ?? "It never came to be.");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }

        return waited.Elapsed;
    }

    public static Task<TimeSpan> UntilAsync(Func<bool> isSo, Func<string>? otherwise = null) => UntilAsync(() => Task.FromResult(isSo()), otherwise);
}

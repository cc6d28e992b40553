using System.Diagnostics;

namespace Fulfilment.Infrastructure.Tests;

/// <summary>Waits for what happens in another process.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until it is so. The limit is a deadline, not a pause: it only decides when to give up.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Limit, "It never came to be.");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }
}

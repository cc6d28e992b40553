using Fulfilment.Infrastructure.Jobs;

namespace Fulfilment.Host.Tests;

internal static class FirstLook
{
    /// <summary>Waits until the jobs have begun: what a test then does to the clock is not made good by a first look that comes late.</summary>
    public static async Task FirstLookAsync(this JobsHealth health)
    {
        while (!health.HasLooked)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}

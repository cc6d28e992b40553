using Fulfilment.Core.Fulfilment;

namespace Fulfilment.Host.Jobs;

/// <summary>Looks at open orders that are due. The due times in the table are the truth; this only looks often enough.</summary>
internal sealed class OrderWatch(WatchOrders orders) : IRecurringJob
{
    public string Name => "open-orders";

    public TimeSpan Interval => TimeSpan.FromMinutes(1);

    public Task RunAsync(CancellationToken stopping) => orders.RunAsync(stopping);
}

using System.Globalization;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Orders;
using Hangfire;

namespace Fulfilment.Hangfire.Jobs;

/// <summary>
/// Later looks at units and deliveries, as Hangfire shows and runs them. They own no state: their arguments are ids, and what is due the row says. A look at a row
/// that is not due, or is nobody's any more, does nothing; one that is due wakes a worker of this node, which takes it by the guard of its row.
/// </summary>
public sealed class ScheduledLooks(IUnitOverview overview, WorkSignal units, JobSignals signals, TimeProvider time)
{
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(1);

    /// <summary>Has a due unit looked at; tells what it found.</summary>
    [KeepFor]
    [DisableConcurrentExecution("look:{1}", 5)]
    public async Task<string> LookAtUnitAsync(string order, string unit, CancellationToken cancellation)
    {
        if (!PublicId.TryParse(PublicId.Unit, unit, out var unitId) || await overview.FindAsync(unitId, cancellation).ConfigureAwait(false) is not { } history)
        {
            return "There is no such unit.";
        }

        var found = history.Unit;
        var state = found.State.ToString().ToLowerInvariant();
        if (!OrderStates.IsOpen(found.State) || found.DueAtMs is not { } due)
        {
            return $"{state}: nothing is due";
        }

        var at = DateTimeOffset.FromUnixTimeMilliseconds(due);
        if (at - Early > time.GetUtcNow())
        {
            return string.Create(CultureInfo.InvariantCulture, $"{state}: due at {at:u}, not yet");
        }

        units.Raise();
        return $"{state}: due, a worker was woken";
    }

    /// <summary>Has due deliveries tried.</summary>
    [KeepFor]
    public string LookAtDelivery(string order, string delivery)
    {
        signals.Webhooks.Raise();
        return "the sender was woken";
    }
}

using System.Globalization;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Looks now and then at every order that still has open units: counts them once more, closes an order that has none, and tells of units that nothing has looked
/// at when it should have. The workers need none of it; it is there so that no fault leaves an order behind unseen.
/// </summary>
public sealed class WatchOrders(IFulfilmentStore store, CloseUnits close, IAlerts alerts, OrderEnds ends, IdGenerator ids, FulfilmentOptions options, TimeProvider time)
{
    private const int AtOnce = 100;
    private const string KeyOfStuck = "stuck:";

    /// <summary>Looks at the orders that are due; tells how many. One that cannot be looked at keeps no other waiting.</summary>
    /// <exception cref="AggregateException">Some could not be looked at; the others were.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var count = 0;
        var failures = new List<Exception>();
        while (failures.Count == 0 && await store.FindOrdersAsync(time.GetUtcNow(), AtOnce, cancellation).ConfigureAwait(false) is { Count: > 0 } due)
        {
            foreach (var orderId in due)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    if (!OrderStates.IsOpen(await LookAsync(orderId).ConfigureAwait(false)))
                    {
                        ends.Raise(orderId);
                    }

                    count++;
                }
#pragma warning disable CA1031 // Whatever is wrong with this order, the caller hears of it once the others have been seen to.
                catch (Exception exception) when (exception is not NodeLeaseLostException)
#pragma warning restore CA1031
                {
                    failures.Add(exception);
                }
            }
        }

        await ClearAsync(cancellation).ConfigureAwait(false);
        return failures.Count == 0 ? count : throw new AggregateException(failures);
    }

    // An order that closes is never due again, so what was told of it is looked at here, each time.
    private async Task ClearAsync(CancellationToken cancellation)
    {
        foreach (var key in (await alerts.StandingAsync(AlertKind.StuckUnit).ConfigureAwait(false)).Keys.Where(key => key.StartsWith(KeyOfStuck, StringComparison.Ordinal)))
        {
            cancellation.ThrowIfCancellationRequested();
            var orderId = long.Parse(key.AsSpan(KeyOfStuck.Length), CultureInfo.InvariantCulture);
            await store.RunAsync(async transaction =>
                await CountLateAsync(transaction, orderId, time.GetUtcNow()).ConfigureAwait(false) == 0
                && await transaction.ResolveAlertAsync(key, time.GetUtcNow()).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private Task<OrderStatus> LookAsync(long orderId) => store.RunAsync(async transaction =>
    {
        var now = time.GetUtcNow();
        var order = await transaction.ReadOrderAsync(orderId).ConfigureAwait(false);
        if (order.Status != OrderStatus.Processing)
        {
            return order.Status;
        }

        var effects = new OrderEffects();
        var status = await close.RunAsync(transaction, orderId, [], now.ToUnixTimeMilliseconds(), effects).ConfigureAwait(false);
        if (effects.Outbox.Count > 0)
        {
            await transaction.WriteAsync(effects).ConfigureAwait(false);
        }

        if (OrderStates.IsOpen(status))
        {
            await transaction.DeferOrderAsync(orderId, (now + options.SweepAfter).ToUnixTimeMilliseconds()).ConfigureAwait(false);
            await WarnAsync(transaction, order, now).ConfigureAwait(false);
        }

        return status;
    });

    private async ValueTask WarnAsync(IFulfilmentTransaction transaction, OpenOrder order, DateTimeOffset now)
    {
        var late = await CountLateAsync(transaction, order.Id, now).ConfigureAwait(false);
        if (late > 0)
        {
            var id = PublicId.Format(PublicId.Order, order.Id);
            await transaction.RaiseAsync(
                new NewAlert(
                    AlertKind.StuckUnit, AlertSeverity.Critical, $"order:{id}", $"{KeyOfStuck}{order.Id}",
                    AlertText.Of(
                        $"{late} open units of order {id} have not been looked at for {options.SweepAfter.TotalMinutes:0} minutes after they were due.",
                        $"订单 {id} 有 {late} 个未完结明细到期 {options.SweepAfter.TotalMinutes:0} 分钟后仍无人处理。"))
                {
                    Group = "stuck-units",
                },
                ids.Next(), now).ConfigureAwait(false);
        }
    }

    private ValueTask<int> CountLateAsync(IFulfilmentTransaction transaction, long orderId, DateTimeOffset now) =>
        transaction.CountOverdueAsync(orderId, (now - options.SweepAfter).ToUnixTimeMilliseconds());
}

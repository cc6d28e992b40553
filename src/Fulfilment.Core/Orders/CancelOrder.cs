using Fulfilment.Core.Fulfilment;

namespace Fulfilment.Core.Orders;

/// <summary>
/// Calls off what nobody has begun of a storefront's order: all of it while it is held, else units that wait for a route or for a person. What a supplier was
/// asked for goes on, because it may be issued.
/// </summary>
public sealed class CancelOrder(IOrderStore orders, SettleHeldOrder held, IFulfilmentStore store, CloseUnits close, OrderEnds ends, TimeProvider time)
{
    /// <summary>Null when something was called off; or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.NotCancellable"/>.</summary>
    public async Task<Refusal?> RunAsync(long storefrontId, long orderId)
    {
        if (await orders.FindAsync(storefrontId, orderId, CancellationToken.None).ConfigureAwait(false) is not { } order)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        // One that is released at this very moment goes on as any other.
        if (order.Status == OrderStatus.Held && await held.CancelAsync(storefrontId, orderId).ConfigureAwait(false) is null)
        {
            return null;
        }

        var status = await store.RunAsync(transaction => CloseAsync(transaction, orderId)).ConfigureAwait(false);
        if (status is { } after && !OrderStates.IsOpen(after))
        {
            ends.Raise(orderId);
        }

        return status is null ? new Refusal(RefusalCode.NotCancellable) : null;
    }

    private async ValueTask<OrderStatus?> CloseAsync(IOrderTransaction transaction, long orderId)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var units = await transaction.FindCancellableAsync(orderId, now).ConfigureAwait(false);
        if (units.Count == 0)
        {
            return null;
        }

        var effects = new OrderEffects();
        var status = await close.RunAsync(transaction, orderId, [.. units.Select(unit => new UnitEnd(unit, UnitState.Cancelled))], now, effects).ConfigureAwait(false);
        await transaction.WriteAsync(effects).ConfigureAwait(false);
        return status;
    }
}

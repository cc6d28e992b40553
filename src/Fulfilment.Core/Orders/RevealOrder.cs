using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Orders;

/// <summary>
/// Shows an order that is stored. With codes it is a reveal: who, when, how many codes, and for each unit that its code is known outside, is on disk
/// before anything is answered.
/// </summary>
public sealed class RevealOrder(IOrderStore orders, OrderPresenter presenter, IRevealStore reveals, IdGenerator ids, TimeProvider time)
{
    /// <summary>The order, or <c>not_found</c> if it is not this storefront's.</summary>
    public async Task<Result<OrderView>> HandleAsync(long storefrontId, long orderId, bool withCodes, Actor actor, CancellationToken cancellation)
    {
        var order = withCodes
            ? await FindToRevealAsync(storefrontId, orderId, actor, cancellation).ConfigureAwait(false)
            : await orders.FindAsync(storefrontId, orderId, cancellation).ConfigureAwait(false);
        return order is null ? new Refusal(RefusalCode.NotFound) : presenter.Show(order, withCodes);
    }

    /// <summary>The codes of the order's delivered units, or <c>not_found</c>.</summary>
    public async Task<Result<IReadOnlyList<DeliveredCode>>> CodesAsync(long storefrontId, long orderId, Actor actor, CancellationToken cancellation)
    {
        var order = await FindToRevealAsync(storefrontId, orderId, actor, cancellation).ConfigureAwait(false);
        return order is null ? new Refusal(RefusalCode.NotFound) : Result.Of(presenter.Codes(order));
    }

    // Between our read and our record a unit may have been replaced or refunded as never shown; its code must then stay unseen, so the order is read again.
    private async Task<StoredOrder?> FindToRevealAsync(long storefrontId, long orderId, Actor actor, CancellationToken cancellation)
    {
        while (true)
        {
            var order = await orders.FindAsync(storefrontId, orderId, cancellation).ConfigureAwait(false);
            if (order is null || await TryRecordAsync(order, actor).ConfigureAwait(false))
            {
                return order;
            }
        }
    }

    private async ValueTask<bool> TryRecordAsync(StoredOrder order, Actor actor)
    {
        var shown = order.Lines.Sum(line => line.Units.Count(unit => unit.State == UnitState.Delivered));
        return shown == 0 || await reveals.RecordAsync(
            order.Id, order.Version, time.GetUtcNow(),
            new AuditEntry(ids.Next(), actor, "codes.revealed", $"order:{PublicId.Format(PublicId.Order, order.Id)}", After: $$"""{"codes":{{shown}}}""", CodesShown: shown)).ConfigureAwait(false);
    }
}

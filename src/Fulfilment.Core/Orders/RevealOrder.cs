using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Orders;

/// <summary>Shows an order that is stored. With codes it is a reveal: who, when and how many codes is on disk before anything is answered.</summary>
public sealed class RevealOrder(IOrderStore orders, OrderPresenter presenter, IAuditStore audit, IdGenerator ids)
{
    /// <summary>The order, or <c>not_found</c> if it is not this storefront's.</summary>
    public async Task<Result<OrderView>> HandleAsync(long storefrontId, long orderId, bool withCodes, Actor actor, CancellationToken cancellation)
    {
        if (await orders.FindAsync(storefrontId, orderId, cancellation).ConfigureAwait(false) is not { } order)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        if (withCodes)
        {
            await RecordAsync(order, actor).ConfigureAwait(false);
        }

        return presenter.Show(order, withCodes);
    }

    /// <summary>The codes of the order's delivered units, or <c>not_found</c>.</summary>
    public async Task<Result<IReadOnlyList<DeliveredCode>>> CodesAsync(long storefrontId, long orderId, Actor actor, CancellationToken cancellation)
    {
        if (await orders.FindAsync(storefrontId, orderId, cancellation).ConfigureAwait(false) is not { } order)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        await RecordAsync(order, actor).ConfigureAwait(false);
        return Result.Of(presenter.Codes(order));
    }

    private Task RecordAsync(StoredOrder order, Actor actor)
    {
        var shown = order.Lines.Sum(line => line.Units.Count(unit => unit.State == UnitState.Delivered));
        return shown == 0
            ? Task.CompletedTask
            : audit.RecordAsync(new AuditEntry(ids.Next(), actor, "codes.revealed", $"order:{PublicId.Format(PublicId.Order, order.Id)}", After: $$"""{"codes":{{shown}}}"""));
    }
}

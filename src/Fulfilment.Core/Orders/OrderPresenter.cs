using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Orders;

/// <summary>Shows stored orders: recipients masked, codes only when asked for and only of delivered units.</summary>
public sealed class OrderPresenter(ICatalogue catalogue, ICodeProtection codes, IPersonalDataProtection people)
{
    /// <summary>The order as the API shows it. With codes it is a reveal, which the caller has to have audited unless the order was made just now.</summary>
    public OrderView Show(StoredOrder order, bool withCodes)
    {
        ArgumentNullException.ThrowIfNull(order);
        var lines = new OrderLineView[order.Lines.Count];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = Show(order.Lines[i], withCodes);
        }

        return new OrderView
        {
            Id = PublicId.Format(PublicId.Order, order.Id),
            ClientReference = order.ClientReference,
            Status = order.Status,
            Version = order.Version,
            Currency = order.Currency,
            Amount = order.Amount,
            Source = order.Source,
            CreatedAt = order.CreatedAt,
            CompletedAt = Time(order.CompletedAtMs),
            Metadata = order.Metadata,
            Lines = lines,
        };
    }

    /// <summary>The codes of the order's delivered units. A reveal.</summary>
    public IReadOnlyList<DeliveredCode> Codes(StoredOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return
        [
            .. from line in order.Lines
               from unit in line.Units
               let code = Reveal(unit)
               where code is not null
               select new DeliveredCode(PublicId.Format(PublicId.Unit, unit.Id), SkuCode(unit.SkuId), code.Number, code.Secret, ExpiryOf(unit)),
        ];
    }

    private OrderLineView Show(StoredLine line, bool withCodes)
    {
        var units = new UnitView[line.Units.Count];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = Show(line.Units[i], withCodes, isComponent: line.Units[i].SkuId != line.SkuId);
        }

        return new OrderLineView(
            PublicId.Format(PublicId.Line, line.Id),
            SkuCode(line.SkuId),
            line.Quantity,
            line.UnitPrice,
            line.UnitPrice * line.Quantity,
            line.Status,
            line.Recipient is { } recipient ? RecipientMask.Mask(people.Reveal(line.Id, recipient)) : null,
            line.Metadata,
            units);
    }

    private UnitView Show(StoredUnit unit, bool withCodes, bool isComponent) => new(
        PublicId.Format(PublicId.Unit, unit.Id),
        unit.State,
        Time(unit.DeliveredAtMs),
        unit.State == UnitState.Delivered ? ExpiryOf(unit) : null,
        Time(unit.DueAtMs),
        unit.Failure switch
        {
            null => null,
            UnitFailure.OutOfStock => new UnitFailureView("out_of_stock", "The stock ran short and the order allowed a part."),
            UnitFailure.RoutesExhausted => new UnitFailureView("routes_exhausted", "No supplier could deliver it."),
            UnitFailure.ManualFailed => new UnitFailureView("manual_failed", "It could not be delivered."),
            _ => throw new InvalidOperationException($"Failure {unit.Failure} has no words."),
        },
        unit.ReplacesUnitId is { } replaced ? PublicId.Format(PublicId.Unit, replaced) : null,
        withCodes ? Reveal(unit) : null)
    {
        Sku = isComponent ? SkuCode(unit.SkuId) : null,
        Price = isComponent ? unit.Price : null,
    };

    private CodeView? Reveal(StoredUnit unit)
    {
        if (unit is not { State: UnitState.Delivered, CardKeyId: { } key, Code: { } code })
        {
            return null;
        }

        var text = codes.Reveal(key, code);
        return new CodeView(text.Number, text.Secret);
    }

    private string SkuCode(long skuId) => catalogue.Current.FindSku(skuId)?.Code
        ?? throw new InvalidOperationException($"SKU {skuId} is in an order and not in the catalogue.");

    private static DateOnly? ExpiryOf(StoredUnit unit) => unit.ExpiresOn is { } day ? ExpiryDay.ToDate(day) : null;

    private static DateTimeOffset? Time(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}

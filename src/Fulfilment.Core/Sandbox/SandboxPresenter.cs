using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Sandbox;

/// <summary>Shows sandbox orders as they stand now, marked, in the form of real ones. Their codes are made up and begin with TEST-.</summary>
public sealed class SandboxPresenter(IPersonalDataProtection people, BusinessCalendar calendar, TimeProvider time)
{
    private const int CodeLastsDays = 365;

    /// <summary>Where the order stands now.</summary>
    public OrderStatus StatusOf(SandboxOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return Status([.. Units(order).SelectMany(line => line)]);
    }

    /// <summary>Whether anything of the order can be called off now.</summary>
    public bool IsCancellable(SandboxOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return Units(order).Any(line => line.Any(unit => SandboxScript.IsCancellable(unit.Now.State)));
    }

    /// <summary>The order as the API shows it.</summary>
    public OrderView Show(SandboxOrder order, bool withCodes)
    {
        ArgumentNullException.ThrowIfNull(order);
        var lines = Units(order);
        var all = lines.SelectMany(line => line).ToList();
        var cancelled = SandboxScript.CancelledAt(order);
        var changes = all.SelectMany(unit => unit.Past).Where(at => at > 0 && at != cancelled).Distinct().Count() + (cancelled is null ? 0 : 1);
        var isOpen = all.Any(unit => OrderStates.IsOpen(unit.Now.State));
        return new OrderView
        {
            Id = PublicId.Format(PublicId.Order, order.Id),
            ClientReference = order.ClientReference,
            Status = Status(all),
            Version = AcceptedOrder.FirstVersion + changes,
            Currency = order.Currency,
            Amount = order.Lines.Aggregate(Money.Zero, (sum, line) => sum + (line.UnitPrice * line.UnitIds.Count)),
            Source = order.Source,
            CreatedAt = order.CreatedAt,
            CompletedAt = isOpen ? null : order.CreatedAt.AddSeconds(all.Max(unit => unit.Now.AtSeconds)),
            Metadata = order.Metadata,
            Lines = [.. order.Lines.Select((line, i) => Show(order, line, lines[i], withCodes))],
            Sandbox = true,
        };
    }

    /// <summary>The made-up codes of the units that are delivered now.</summary>
    public IReadOnlyList<DeliveredCode> Codes(SandboxOrder order) =>
    [
        .. from line in Show(order, withCodes: true).Lines
           from unit in line.Units
           let code = unit.Code
           where code is not null
           select new DeliveredCode(unit.Id, line.Sku, code.Number, code.Secret, unit.ExpiresOn),
    ];

    private OrderLineView Show(SandboxOrder order, SandboxLine line, IReadOnlyList<UnitNow> units, bool withCodes)
    {
        var sku = SandboxSkus.Sold.FindSku(line.SkuId) ?? throw new InvalidOperationException($"SKU {line.SkuId} is in a sandbox order and is not built in.");
        return new OrderLineView(
            PublicId.Format(PublicId.Line, line.Id),
            sku.Code,
            line.UnitIds.Count,
            line.UnitPrice,
            line.UnitPrice * line.UnitIds.Count,
            Status(units),
            line.Recipient is { } recipient ? RecipientMask.Mask(people.Reveal(line.Id, recipient)) : null,
            line.Metadata,
            [.. units.Select((unit, i) => Show(order, line, sku, unit, i, withCodes))]);
    }

    private UnitView Show(SandboxOrder order, SandboxLine line, Sku sku, UnitNow unit, int index, bool withCodes)
    {
        var id = PublicId.Format(PublicId.Unit, line.UnitIds[index]);
        var hasCode = sku.Kind == SkuKind.CardKey && unit.Now.State == UnitState.Delivered;
        return new UnitView(
            id,
            unit.Now.State,
            unit.Now.State == UnitState.Delivered ? order.CreatedAt.AddSeconds(unit.Now.AtSeconds) : null,
            hasCode ? ExpiryDay.ToDate(calendar.DayOf(order.CreatedAt) + CodeLastsDays) : null,
            unit.NextSeconds is { } next ? order.CreatedAt.AddSeconds(next) : null,
            unit.Now.State != UnitState.Failed ? null
                : index >= line.Available ? new UnitFailureView("out_of_stock", "The stock ran short and the order allowed a part.")
                : new UnitFailureView("supplier_rejected", "The supplier will not deliver this."),
            null,
            withCodes && hasCode ? CodeOf(id) : null);
    }

    // Made of the unit's own id: the same each time, and no other unit's.
    private static CodeView CodeOf(string unitId)
    {
        var text = unitId[PublicId.Unit.Length..].ToUpperInvariant();
        return new CodeView($"TEST-N{text}", $"TEST-{text[..4]}-{text[4..8]}-{text[8..]}");
    }

    private UnitNow[][] Units(SandboxOrder order)
    {
        var seconds = (time.GetUtcNow() - order.CreatedAt).TotalSeconds;
        return [.. order.Lines.Select(line => line.UnitIds.Select((_, i) => Unit(SandboxScript.Of(order, line, i), seconds)).ToArray())];
    }

    private static UnitNow Unit(IReadOnlyList<SandboxStep> steps, double seconds)
    {
        var now = SandboxScript.At(steps, seconds);
        var later = steps.Where(step => step.AtSeconds > Math.Max(0, seconds)).Select(step => (double?)step.AtSeconds);
        return new UnitNow(now, [.. steps.Where(step => step.AtSeconds <= now.AtSeconds).Select(step => step.AtSeconds)], later.Min());
    }

    private static OrderStatus Status(IReadOnlyCollection<UnitNow> units)
    {
        if (units.Any(unit => OrderStates.IsOpen(unit.Now.State)))
        {
            return units.Any(unit => unit.Now.State == UnitState.Reserved) ? OrderStatus.Held : OrderStatus.Processing;
        }

        var delivered = units.Count(unit => unit.Now.State == UnitState.Delivered);
        var cancelled = units.Count(unit => unit.Now.State == UnitState.Cancelled);
        return OrderStates.Close(delivered, units.Count - delivered - cancelled, cancelled);
    }

    private sealed record UnitNow(SandboxStep Now, IReadOnlyList<double> Past, double? NextSeconds);
}

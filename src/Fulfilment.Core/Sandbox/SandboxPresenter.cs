using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;

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
        return Units(order).Any(line => line.Any(unit => SandboxScript.IsCancellable(unit.State)));
    }

    /// <summary>The order as the API shows it.</summary>
    public OrderView Show(SandboxOrder order, bool withCodes)
    {
        ArgumentNullException.ThrowIfNull(order);
        var lines = Units(order);
        var all = lines.SelectMany(line => line).ToList();
        var cancelled = SandboxScript.CancelledAt(order);
        var ordered = all.Where(unit => unit.ReplacesUnitId is null).ToList();
        var changes = ordered.SelectMany(unit => unit.Past).Select(step => step.AtSeconds).Where(at => at > 0 && at != cancelled).Distinct().Count() + (cancelled is null ? 0 : 1);
        var cases = order.Cases.Count(item => item.StatusAt(time.GetUtcNow()) == AfterSalesStatus.Done);
        var isOpen = all.Any(unit => OrderStates.IsOpen(unit.State));
        return new OrderView
        {
            Id = PublicId.Format(PublicId.Order, order.Id),
            ClientReference = order.ClientReference,
            Status = Status(all),
            Version = AcceptedOrder.FirstVersion + changes + cases,
            Currency = order.Currency,
            Amount = order.Lines.Aggregate(Money.Zero, (sum, line) => sum + (line.UnitPrice * line.UnitIds.Count)),
            Source = order.Source,
            CreatedAt = order.CreatedAt,
            CompletedAt = isOpen ? null : order.CreatedAt.AddSeconds(ordered.Max(unit => unit.Step.AtSeconds)),
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

    /// <summary>The units whose codes are there to be shown and never were.</summary>
    public IReadOnlyList<long> Unrevealed(SandboxOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return
        [
            .. from pair in order.Lines.Zip(Units(order))
               from unit in pair.Second
               where SandboxUnits.HasCode(pair.First, unit) && !order.RevealedAtMs.ContainsKey(unit.Id)
               select unit.Id,
        ];
    }

    /// <summary>What the order gives the person, newest unit first.</summary>
    public IReadOnlyList<(long UnitId, BenefitView Benefit)> Benefits(SandboxOrder order, Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        var shown = Show(order, withCodes: false);
        var (lines, units) = (order.Lines, Units(order));
        return
        [
            .. from i in Enumerable.Range(0, lines.Count)
               where person.Field == PersonField.BuyerReference || lines[i].RecipientHash.AsSpan().SequenceEqual(person.Hash)
               from pair in units[i].Zip(shown.Lines[i].Units)
               orderby pair.First.Id descending
               select (pair.First.Id, Benefit(shown, shown.Lines[i], pair.Second)),
        ];
    }

    private static BenefitView Benefit(OrderView order, OrderLineView line, UnitView unit) =>
        new(order.Id, order.ClientReference, line.Id, unit.Id, line.Sku, line.Recipient, unit.Status, unit.ExpiresOn, unit.DeliveredAt, unit.ReplacesUnitId) { Sandbox = true };

    private OrderLineView Show(SandboxOrder order, SandboxLine line, IReadOnlyList<SandboxUnit> units, bool withCodes) => new(
        PublicId.Format(PublicId.Line, line.Id),
        SandboxUnits.SkuOf(line).Code,
        line.UnitIds.Count,
        line.UnitPrice,
        line.UnitPrice * line.UnitIds.Count,
        Status(units),
        line.Recipient is { } recipient ? RecipientMask.Mask(people.Reveal(line.Id, recipient)) : null,
        line.Metadata,
        [.. units.Select(unit => Show(order, line, unit, withCodes))]);

    private UnitView Show(SandboxOrder order, SandboxLine line, SandboxUnit unit, bool withCodes)
    {
        var id = PublicId.Format(PublicId.Unit, unit.Id);
        var hasCode = SandboxUnits.HasCode(line, unit);
        return new UnitView(
            id,
            unit.State,
            unit.Step.State == UnitState.Delivered ? SandboxUnits.At(order, unit.Step) : null,
            hasCode ? ExpiryDay.ToDate(calendar.DayOf(order.CreatedAt) + CodeLastsDays) : null,
            unit.NextSeconds is { } next ? order.CreatedAt.AddSeconds(next) : null,
            unit.State != UnitState.Failed ? null
                : unit.IsShort ? new UnitFailureView("out_of_stock", "The stock ran short and the order allowed a part.")
                : new UnitFailureView("supplier_rejected", "The supplier will not deliver this."),
            unit.ReplacesUnitId is { } replaced ? PublicId.Format(PublicId.Unit, replaced) : null,
            withCodes && hasCode ? CodeOf(id) : null);
    }

    // Made of the unit's own id: the same each time, and no other unit's.
    private static CodeView CodeOf(string unitId)
    {
        var text = unitId[PublicId.Unit.Length..].ToUpperInvariant();
        return new CodeView($"TEST-N{text}", $"TEST-{text[..4]}-{text[4..8]}-{text[8..]}");
    }

    private SandboxUnit[][] Units(SandboxOrder order) => SandboxUnits.Of(order, time.GetUtcNow());

    private static OrderStatus Status(IReadOnlyCollection<SandboxUnit> units)
    {
        if (units.Any(unit => OrderStates.IsOpen(unit.State)))
        {
            return units.Any(unit => unit.State == UnitState.Reserved) ? OrderStatus.Held : OrderStatus.Processing;
        }

        if (units.Any(unit => unit.State == UnitState.Refunded) && units.All(unit => unit.State != UnitState.Delivered))
        {
            return OrderStatus.Refunded;
        }

        // Until nothing is left with the buyer, an order stays what its deliveries made it.
        var ordered = units.Where(unit => unit.ReplacesUnitId is null).ToList();
        var delivered = ordered.Count(unit => unit.Step.State == UnitState.Delivered);
        var cancelled = ordered.Count(unit => unit.State == UnitState.Cancelled);
        return OrderStates.Close(delivered, ordered.Count - delivered - cancelled, cancelled);
    }
}

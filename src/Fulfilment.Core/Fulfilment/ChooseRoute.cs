using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Finds the next route of a unit, in memory: the first that no definite rejection has used up. A supplier that is busy is waited for; one that is out of reach
/// is passed by, but before a person is asked or the unit given up the SKU's patience has to be over.
/// </summary>
public sealed class ChooseRoute(ICatalogue catalogue, ISuppliers suppliers)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(2), LongestWait = TimeSpan.FromSeconds(30);

    private readonly SupplierPace _pace = new();

    /// <summary>The next step. A slot in it is the caller's to dispose of.</summary>
    /// <param name="pending">The unit.</param>
    /// <param name="now">Now.</param>
    /// <param name="hasStock">Whether the stock holds a card key of the SKU.</param>
    /// <param name="passedBy">Told of routes on which money would be lost, or could be.</param>
    public NextStep Run(PendingUnit pending, DateTimeOffset now, Func<Sku, bool> hasStock, Action<PassedRoute> passedBy)
    {
        ArgumentNullException.ThrowIfNull(pending);
        ArgumentNullException.ThrowIfNull(hasStock);
        ArgumentNullException.ThrowIfNull(passedBy);
        if (pending.IsByHand)
        {
            return new NextStep.AskPerson();
        }

        var snapshot = catalogue.Current;
        var sku = snapshot.FindSku(pending.Unit.SkuId) ?? throw new InvalidOperationException($"SKU {pending.Unit.SkuId} is in an order and not in the catalogue.");
        var waited = now - (pending.WaitsSince ?? IdGenerator.TimeOf(pending.Unit.OrderId));
        var isPatient = waited < TimeSpan.FromMinutes(sku.Supply.WaitMinutes);
        var (isOutOfReach, toPerson, rested) = (false, false, (DateTimeOffset?)null);
        foreach (var route in SupplyRoutes.InOrder(sku))
        {
            if (route.Source == RouteSource.Pool && hasStock(sku))
            {
                return new NextStep.TakeFromPool(sku);
            }

            toPerson |= route.Source == RouteSource.Manual;
            if (route.Source != RouteSource.Supplier)
            {
                continue;
            }

            var tried = TriedRoute.Of(route, pending.Attempts, snapshot);
            if (tried.IsUsedUp(isPatient))
            {
                continue;
            }

            if (tried.RestsUntil is { } until && until > now)
            {
                rested = rested is { } earlier && earlier < until ? earlier : until;
                continue;
            }

            var step = Ask(route, sku, pending, snapshot, now, passedBy);
            if (step is NextStep.Submit or NextStep.Wait)
            {
                return step;
            }

            isOutOfReach |= step is null;
        }

        if (rested is { } over)
        {
            return new NextStep.Wait(over);
        }

        if (isOutOfReach && isPatient)
        {
            return new NextStep.Wait(now + Between(waited / 4, ShortestWait, LongestWait));
        }

        return toPerson ? new NextStep.AskPerson() : new NextStep.GiveUp();
    }

    // Null: out of reach. A route that costs too much is as good as used up.
    private NextStep? Ask(Route route, Sku sku, PendingUnit pending, CatalogueSnapshot snapshot, DateTimeOffset now, Action<PassedRoute> passedBy)
    {
        if (snapshot.FindSupplier(route.Supplier!) is not { Active: true } supplier)
        {
            return null;
        }

        var agreed = supplier.FindSupply(sku.Code);
        var (known, currency) = (route.UnitCost ?? agreed?.UnitCost, agreed?.Currency ?? pending.Currency);
        var cost = known ?? Money.Zero;
        if (!sku.Supply.AllowLoss && (currency != pending.Currency || cost > pending.Unit.Price))
        {
            passedBy(new PassedRoute(sku, supplier, IsCostKnown: true));
            return new NextStep.GiveUp();
        }

        // Nothing would keep it from charging anything: neither we, who do not know what it costs, nor the supplier, who is not told what we pay at most.
        if (!sku.Supply.AllowLoss && known is null && suppliers.Find(supplier.Code) is { TakesMaxCost: false })
        {
            passedBy(new PassedRoute(sku, supplier, IsCostKnown: false));
            return new NextStep.GiveUp();
        }

        switch (suppliers.Enter(supplier.Code))
        {
            case SupplierEntry.Open open:
                _pace.Taken(supplier.Code, now);
                return new NextStep.Submit(supplier, route.SupplierSku!, cost, currency, open.Slot);
            case SupplierEntry.Busy busy:
                return new NextStep.Wait(_pace.PutOff(supplier.Code, now, busy.RetryAfter), ForRoom: true);
            default:
                return null;
        }
    }

    private static TimeSpan Between(TimeSpan wanted, TimeSpan least, TimeSpan most) => wanted < least ? least : wanted > most ? most : wanted;
}

/// <summary>A route on which money would be lost, or could be, and that is passed by because the SKU allows no loss.</summary>
/// <param name="Sku">Of this SKU.</param>
/// <param name="Supplier">To this supplier.</param>
/// <param name="IsCostKnown">Whether it costs more than the unit was sold for; else nobody knows what it costs, and nothing limits it.</param>
public readonly record struct PassedRoute(Sku Sku, Supplier Supplier, bool IsCostKnown);

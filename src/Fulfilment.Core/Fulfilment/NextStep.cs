using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>What happens next with a unit that waits.</summary>
public abstract record NextStep
{
    private NextStep()
    {
    }

    /// <summary>A supplier is asked.</summary>
    /// <param name="Supplier">Which.</param>
    /// <param name="SupplierSku">What it calls it.</param>
    /// <param name="Cost">What we expect to pay.</param>
    /// <param name="CostCurrency">ISO 4217.</param>
    /// <param name="Slot">The right to; whoever gets it disposes of it.</param>
    public sealed record Submit(Supplier Supplier, string SupplierSku, Money Cost, string CostCurrency, SupplierSlot Slot) : NextStep;

    /// <summary>A card key is taken from the stock.</summary>
    /// <param name="Sku">Of this SKU.</param>
    public sealed record TakeFromPool(Sku Sku) : NextStep;

    /// <summary>A person sees to it.</summary>
    public sealed record AskPerson : NextStep;

    /// <summary>Nothing can be done now.</summary>
    /// <param name="Until">When to look again.</param>
    /// <param name="ForRoom">Whether a supplier is busy, and so will have room in a moment.</param>
    public sealed record Wait(DateTimeOffset Until, bool ForRoom = false) : NextStep;

    /// <summary>It will not be delivered: every route was used up.</summary>
    public sealed record GiveUp : NextStep;
}

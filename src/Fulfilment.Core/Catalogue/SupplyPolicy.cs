namespace Fulfilment.Core.Catalogue;

/// <summary>How a SKU's routes are chosen. A unit goes to the next one only after a definite rejection; when none is left it fails, unless the last is manual.</summary>
public sealed record SupplyPolicy
{
    /// <summary>What a SKU has that says nothing else.</summary>
    public static readonly SupplyPolicy Default = new();

    /// <summary>Which supplier comes first.</summary>
    public RouteOrder Order { get; init; } = RouteOrder.Priority;

    /// <summary>Whether a supplier may be asked that costs more than the unit was sold for.</summary>
    public bool AllowLoss { get; init; }

    /// <summary>How long, counted from the order or from when a person last let it go on, a unit waits while all that is left are suppliers out of reach (paused, breaker open), before it goes on without them.</summary>
    public int WaitMinutes { get; init; } = 15;

    /// <summary>Whether a second person approves what an operator delivers by hand.</summary>
    public bool ApproveManual { get; init; }
}

/// <summary>What a request says about a SKU's <see cref="SupplyPolicy"/>. Fields it leaves out stay.</summary>
public sealed class SupplyPolicyFields
{
    /// <inheritdoc cref="SupplyPolicy.Order"/>
    public Optional<RouteOrder> Order { get; set; }

    /// <inheritdoc cref="SupplyPolicy.AllowLoss"/>
    public Optional<bool> AllowLoss { get; set; }

    /// <inheritdoc cref="SupplyPolicy.WaitMinutes"/>
    public Optional<int> WaitMinutes { get; set; }

    /// <inheritdoc cref="SupplyPolicy.ApproveManual"/>
    public Optional<bool> ApproveManual { get; set; }

    internal SupplyPolicy Change(SupplyPolicy policy) => new()
    {
        Order = Order.Or(policy.Order),
        AllowLoss = AllowLoss.Or(policy.AllowLoss),
        WaitMinutes = WaitMinutes.Or(policy.WaitMinutes),
        ApproveManual = ApproveManual.Or(policy.ApproveManual),
    };
}

/// <summary>Which supplier comes first. Stored by name.</summary>
public enum RouteOrder
{
    /// <summary>As the routes are listed.</summary>
    Priority = 1,

    /// <summary>The pool where it is listed first, then the suppliers from the cheapest on, then a person.</summary>
    Cost = 2,
}

/// <summary>One component of a bundle.</summary>
/// <param name="Sku">The component's code; not a bundle itself.</param>
/// <param name="Quantity">How many of it are in one bundle.</param>
public sealed record BundleComponent(string Sku, int Quantity);

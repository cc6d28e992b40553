namespace Fulfilment.Core.Catalogue;

/// <summary>What a storefront may ask for, after a SKU's unit was delivered, without an operator; and what not at all. Operators are not bound by it.</summary>
/// <param name="AutomaticPerDay">So many units whose code was shown are let through without an operator, for each storefront and business day.</param>
/// <param name="OnlyUnrevealed">Whether a unit whose code was shown can be neither replaced nor refunded.</param>
/// <param name="CoolingOffDays">So many business days after the day of delivery a unit can still be replaced or refunded; null: for ever.</param>
public sealed record AfterSalesPolicy(int AutomaticPerDay = 0, bool OnlyUnrevealed = false, int? CoolingOffDays = null)
{
    /// <summary>An operator looks at every code that was shown.</summary>
    public static readonly AfterSalesPolicy Default = new();
}

/// <summary>What a request says about a SKU's <see cref="AfterSalesPolicy"/>. Fields it leaves out stay.</summary>
public sealed class AfterSalesPolicyFields
{
    /// <inheritdoc cref="AfterSalesPolicy.AutomaticPerDay"/>
    public Optional<int> AutomaticPerDay { get; set; }

    /// <inheritdoc cref="AfterSalesPolicy.OnlyUnrevealed"/>
    public Optional<bool> OnlyUnrevealed { get; set; }

    /// <inheritdoc cref="AfterSalesPolicy.CoolingOffDays"/>
    public Optional<int?> CoolingOffDays { get; set; }

    internal AfterSalesPolicy Change(AfterSalesPolicy policy) => new(
        AutomaticPerDay.Or(policy.AutomaticPerDay), OnlyUnrevealed.Or(policy.OnlyUnrevealed), CoolingOffDays.Or(policy.CoolingOffDays));
}

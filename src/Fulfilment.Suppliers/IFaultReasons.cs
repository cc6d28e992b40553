namespace Fulfilment.Suppliers;

/// <summary>
/// Of an adapter whose supplier refuses definitely for reasons that have nothing to do with the unit, such as a wrong key or an empty deposit: the breaker
/// counts them, because every unit that followed would be refused as well.
/// </summary>
public interface IFaultReasons
{
    /// <summary>Reasons of <see cref="Core.Suppliers.SupplierOutcome.Rejected"/>.</summary>
    IReadOnlySet<string> FaultReasons { get; }
}

using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Suppliers;

/// <summary>Suppliers as they are stored. Each write leaves its audit entry and raises the catalogue's version in its own transaction.</summary>
public interface ISupplierStore
{
    /// <summary>Stores a new supplier; <see cref="RefusalCode.AlreadyExists"/> when its code is taken.</summary>
    Task<Result<Supplier>> CreateAsync(Supplier supplier, Actor actor);

    /// <summary>
    /// Stores what <paramref name="change"/> makes of the supplier as it is inside the transaction, so that two changes at once both last.
    /// <see cref="RefusalCode.NotFound"/> when there is none.
    /// </summary>
    /// <param name="code">Whose.</param>
    /// <param name="change">May be called more than once.</param>
    /// <param name="actor">Who changes it.</param>
    /// <param name="reason">Why, for the audit.</param>
    Task<Result<Supplier>> UpdateAsync(string code, Func<Supplier, Result<Supplier>> change, Actor actor, string? reason = null);
}

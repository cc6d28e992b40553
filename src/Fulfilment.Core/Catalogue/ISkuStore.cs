using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Catalogue;

/// <summary>SKUs as they are stored. Each write leaves its audit entry and raises the catalogue's version in its own transaction.</summary>
public interface ISkuStore
{
    /// <summary>Stores a new SKU; <see cref="RefusalCode.AlreadyExists"/> when its code is taken.</summary>
    Task<Result<Sku>> CreateAsync(Sku sku, Actor actor);

    /// <summary>
    /// Stores what <paramref name="change"/> makes of the SKU as it is inside the transaction, so that two changes at once both last.
    /// A change that changes nothing is not stored. <see cref="RefusalCode.NotFound"/> when there is none.
    /// </summary>
    Task<Result<Sku>> UpdateAsync(string code, Func<Sku, Result<Sku>> change, Actor actor);
}

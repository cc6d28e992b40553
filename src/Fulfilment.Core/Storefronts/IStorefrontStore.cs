using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Storefronts;

/// <summary>Storefronts as they are stored. Each write leaves its audit entry and raises the catalogue's version in its own transaction.</summary>
public interface IStorefrontStore
{
    /// <summary>Stores a new storefront; <see cref="RefusalCode.AlreadyExists"/> when its code is taken.</summary>
    Task<Result<Storefront>> CreateAsync(Storefront storefront, Actor actor);

    /// <summary>
    /// Stores what <paramref name="change"/> makes of the storefront as it is inside the transaction, so that two changes at once both last.
    /// <see cref="RefusalCode.NotFound"/> when there is none; <see cref="RefusalCode.WalletNotEmpty"/> when its settlement would change
    /// while a wallet has a balance or a hold.
    /// </summary>
    Task<Result<Storefront>> UpdateAsync(string code, Func<Storefront, Result<Storefront>> change, Actor actor);
}

using System.Globalization;
using static Fulfilment.Host.Certification.CertificationStage;

namespace Fulfilment.Host.Certification;

/// <summary>Whether the supplier tells what we have and what it sells.</summary>
internal sealed class AccountChecks(CertificationStage stage)
{
    public IEnumerable<CertificationCheck> All =>
    [
        new("balance", BalanceAsync),
        new("products", ProductsAsync),
    ];

    private async Task<(Verdict Verdict, string Seen)> BalanceAsync(CancellationToken cancellation)
    {
        if (stage.Options.Definition.Balance is null)
        {
            return NotPossible("the definition has no \"balance\".");
        }

        return await stage.Supplier.Supplier.BalanceAsync(cancellation) is { } balance
            ? Passed($"we have {balance.Amount} {balance.Currency} there.")
            : Failed("no amount could be read. Look at \"balance\": path, signature, and where \"amount\" stands.");
    }

    private async Task<(Verdict Verdict, string Seen)> ProductsAsync(CancellationToken cancellation)
    {
        if (stage.Options.Definition.Products is null)
        {
            return NotPossible("the definition has no \"products\".");
        }

        return await stage.Supplier.Supplier.ProductsAsync(cancellation) is { } products
            ? Passed(string.Create(CultureInfo.InvariantCulture, $"{products.Count} listed, {products.Count(product => product.OnShelf)} of them on the shelf, {products.Count(product => product.UnitCost is not null)} with a price."))
            : Failed("no list could be read. Look at \"products\": path, signature, and where the list stands.");
    }
}

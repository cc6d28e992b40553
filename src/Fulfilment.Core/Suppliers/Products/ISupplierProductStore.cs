using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Suppliers.Products;

/// <summary>What suppliers sell, as they last told it, and the mark-ups by which prices follow.</summary>
public interface ISupplierProductStore
{
    /// <summary>
    /// Keeps a supplier's whole list: what is in it as it is there, what is not any more as off the shelf. Written in pieces that give way to orders; done
    /// again, it comes to the same.
    /// </summary>
    Task SaveAsync(long supplierId, IReadOnlyCollection<SupplierProduct> products);

    /// <summary>A page of a supplier's products, newest first.</summary>
    Task<IReadOnlyList<KnownProduct>> ListAsync(long supplierId, long before, int limit, CancellationToken cancellation);

    /// <summary>What a plan is made from, beside the supplier's list and the catalogue.</summary>
    Task<ProductFacts> ReadFactsAsync(long supplierId, CancellationToken cancellation);

    /// <summary>The mark-ups of a supplier.</summary>
    Task<MarkUps> FindMarkUpsAsync(long supplierId, CancellationToken cancellation);

    /// <summary>Replaces the mark-ups of a supplier as a whole, audited.</summary>
    Task ReplaceMarkUpsAsync(Supplier supplier, MarkUps markUps, Actor actor);
}

/// <summary>A product that a supplier has listed.</summary>
/// <param name="Id">Grows with the time it was first seen.</param>
/// <param name="Product">As it was last listed; off the shelf when the last list did not have it.</param>
/// <param name="Listed">Whether the last list had it.</param>
/// <param name="SeenAt">When a list had it last.</param>
public sealed record KnownProduct(long Id, SupplierProduct Product, bool Listed, DateTimeOffset SeenAt);

/// <summary>What a plan is made from, beside the supplier's list and the catalogue.</summary>
/// <param name="Known">The supplier SKUs that this supplier has ever listed.</param>
/// <param name="Off">What any supplier has off its shelf: supplier's id and supplier SKU.</param>
/// <param name="MarkUps">Of every supplier that has any, by its id.</param>
public sealed record ProductFacts(IReadOnlySet<string> Known, IReadOnlySet<(long SupplierId, string SupplierSku)> Off, IReadOnlyDictionary<long, MarkUps> MarkUps);

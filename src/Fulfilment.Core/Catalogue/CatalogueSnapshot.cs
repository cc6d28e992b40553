using System.Collections.Frozen;
using Fulfilment.Core.Storefronts;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Catalogue;

/// <summary>SKUs, storefronts, suppliers and keys as of one version: what a request is judged by, without I/O. Replaced as a whole when something changes.</summary>
public sealed class CatalogueSnapshot
{
    private readonly FrozenDictionary<string, Sku> _skusByCode;
    private readonly FrozenDictionary<long, Sku> _skusById;
    private readonly FrozenDictionary<string, Storefront> _storefronts;
    private readonly FrozenDictionary<string, Supplier> _suppliers;
    private readonly FrozenDictionary<UInt128, ApiKey> _keys;

    /// <summary>Nothing in it.</summary>
    public static readonly CatalogueSnapshot Empty = new(0, [], [], []);

    /// <summary>Indexes the records of one version.</summary>
    public CatalogueSnapshot(
        long version, IReadOnlyCollection<Sku> skus, IReadOnlyCollection<Storefront> storefronts, IReadOnlyCollection<ApiKey> keys, IReadOnlyCollection<Supplier>? suppliers = null)
    {
        Version = version;
        Skus = [.. skus.OrderByDescending(sku => sku.Id)];
        Storefronts = [.. storefronts.OrderByDescending(storefront => storefront.Id)];
        Suppliers = [.. (suppliers ?? []).OrderByDescending(supplier => supplier.Id)];
        _skusByCode = skus.ToFrozenDictionary(sku => sku.Code, StringComparer.Ordinal);
        _skusById = skus.ToFrozenDictionary(sku => sku.Id);
        _storefronts = storefronts.ToFrozenDictionary(storefront => storefront.Code, StringComparer.Ordinal);
        _suppliers = Suppliers.ToFrozenDictionary(supplier => supplier.Code, StringComparer.Ordinal);
        _keys = keys.ToFrozenDictionary(key => Head(key.Hash.Span));
    }

    /// <summary>Grows with each change.</summary>
    public long Version { get; }

    /// <summary>Every SKU, newest first.</summary>
    public IReadOnlyList<Sku> Skus { get; }

    /// <summary>Every storefront, newest first.</summary>
    public IReadOnlyList<Storefront> Storefronts { get; }

    /// <summary>Every supplier, newest first.</summary>
    public IReadOnlyList<Supplier> Suppliers { get; }

    /// <summary>By code, case-sensitive.</summary>
    public Sku? FindSku(string code) => _skusByCode.GetValueOrDefault(code);

    /// <summary>By id.</summary>
    public Sku? FindSku(long id) => _skusById.GetValueOrDefault(id);

    /// <summary>By code, case-sensitive.</summary>
    public Storefront? FindStorefront(string code) => _storefronts.GetValueOrDefault(code);

    /// <summary>By code, case-sensitive.</summary>
    public Supplier? FindSupplier(string code) => _suppliers.GetValueOrDefault(code);

    /// <summary>By the SHA-256 of the key's text.</summary>
    public ApiKey? FindKey(ReadOnlySpan<byte> hash) =>
        _keys.TryGetValue(Head(hash), out var key) && key.Hash.Span.SequenceEqual(hash) ? key : null;

    /// <summary>By id, live or not. It looks at all of them: for what is rare.</summary>
    public ApiKey? FindKey(long id) => _keys.Values.FirstOrDefault(key => key.Id == id);

    // The first half of a SHA-256 is unique enough to index by; FindKey compares the whole.
    private static UInt128 Head(ReadOnlySpan<byte> hash) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
}

/// <summary>Holds the snapshot in force.</summary>
public interface ICatalogue
{
    /// <summary>The newest snapshot this process has seen.</summary>
    CatalogueSnapshot Current { get; }

    /// <summary>Loads anew if the database is newer; a writer calls it before it answers, so that the next request sees the change.</summary>
    Task RefreshAsync(CancellationToken cancellation = default);
}

using Fulfilment.Core.Catalogue;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The snapshot in force in this process. Loads one at a time and never an older one than it has.</summary>
public sealed class CatalogueCache(IDatabase database) : ICatalogue, IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private volatile CatalogueSnapshot _current = CatalogueSnapshot.Empty;

    /// <inheritdoc/>
    public CatalogueSnapshot Current => _current;

    /// <inheritdoc/>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        // A caller that finds a load under way waits for it and asks again: that load may have begun before the caller's own change.
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // The empty snapshot has version 0, as has a database nobody changed yet; both are empty.
            var version = await database.ReadAsync(CatalogueVersion.ReadAsync, cancellation).ConfigureAwait(false);
            if (version <= _current.Version)
            {
                return;
            }

            _current = await database.ReadSnapshotAsync(
                async connection => new CatalogueSnapshot(
                    await CatalogueVersion.ReadAsync(connection).ConfigureAwait(false),
                    await SkuStore.ListAsync(connection).ConfigureAwait(false),
                    await StorefrontStore.ListAsync(connection).ConfigureAwait(false),
                    await ApiKeyStore.ListUsableAsync(connection).ConfigureAwait(false),
                    await SupplierStore.ListAsync(connection).ConfigureAwait(false)),
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}

using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Suppliers;

/// <summary>Lets routes pass a supplier by for a while, and ends that. What was submitted to it is still asked for.</summary>
public sealed class PauseSupplier(ISupplierStore store, ICatalogue catalogue, TimeProvider time)
{
    private const int LongestReason = 500;

    /// <summary>The supplier once the catalogue shows it; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>. Pausing what is paused changes nothing.</summary>
    public async Task<Result<Supplier>> RunAsync(string code, bool paused, string? reason, Actor actor)
    {
        if (Field.Text(reason, "/reason", LongestReason, required: true) is { } refusal)
        {
            return refusal;
        }

        var updated = await store.UpdateAsync(
            code, supplier => supplier.Paused == paused ? supplier : supplier with { Paused = paused, UpdatedAt = time.GetUtcNow() }, actor, reason).ConfigureAwait(false);
        await catalogue.RefreshAsync().ConfigureAwait(false);
        return updated;
    }
}

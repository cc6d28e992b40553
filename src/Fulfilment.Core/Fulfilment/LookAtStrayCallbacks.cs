using System.Globalization;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>Shows callbacks for attempts that we do not know: masked as suppliers' answers are, and the look audited before it is answered.</summary>
public sealed class LookAtStrayCallbacks(IStrayCallbackStore store, MaskedAnswers answers, IAuditStore audit, IdGenerator ids)
{
    /// <summary>A page of them, newest first, and whether there are more.</summary>
    /// <param name="before">Older than this one.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="supplierId">Of this supplier; null: of all.</param>
    /// <param name="actor">Who looks.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<(IReadOnlyList<ShownStrayCallback> Page, bool GoesOn)> RunAsync(long before, int limit, long? supplierId, Actor actor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var found = await store.ListAsync(before, limit + 1, supplierId, cancellation).ConfigureAwait(false);
        var page = found.Take(limit).Select(stray => new ShownStrayCallback(stray, answers.Show(stray.SupplierId, stray.Id, stray.Body))).ToList();
        if (page.Count > 0)
        {
            await audit.RecordAsync(new AuditEntry(
                ids.Next(), actor, "strayCallbacks.viewed", "strayCallbacks", After: string.Create(CultureInfo.InvariantCulture, $$"""{"callbacks":{{page.Count}}}"""))).ConfigureAwait(false);
        }

        return (page, found.Count > limit);
    }
}

/// <summary>The callbacks for attempts that we do not know.</summary>
public interface IStrayCallbackStore
{
    /// <summary>A page of them, newest first.</summary>
    Task<IReadOnlyList<StrayCallback>> ListAsync(long before, int limit, long? supplierId, CancellationToken cancellation);
}

/// <summary>A callback for an attempt that we do not know, as it is stored.</summary>
/// <param name="Id">Shown as <c>cbk_…</c>; carries the time.</param>
/// <param name="SupplierId">Whose signature it bore.</param>
/// <param name="Reference">The number that it was for, the beginning of it.</param>
/// <param name="Body">As it came, encrypted for <paramref name="Id"/>.</param>
public sealed record StrayCallback(long Id, long SupplierId, string? Reference, byte[] Body);

/// <summary>A stray callback as people see it.</summary>
/// <param name="Callback">As it is stored.</param>
/// <param name="Text">What it says, masked.</param>
public sealed record ShownStrayCallback(StrayCallback Callback, string Text);

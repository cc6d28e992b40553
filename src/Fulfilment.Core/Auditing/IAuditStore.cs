namespace Fulfilment.Core.Auditing;

/// <summary>Something that somebody did. Never holds codes, recipients, keys or their hashes.</summary>
/// <param name="Id">Time-ordered; the time of the entry is in it.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Action">What: <c>sku.created</c>.</param>
/// <param name="Subject">To what: <c>sku:VIDEO-VIP-1M</c>.</param>
/// <param name="Before">JSON of the subject before; null where there was none.</param>
/// <param name="After">JSON of the subject after; null where nothing changed.</param>
public sealed record AuditEntry(long Id, Actor Actor, string Action, string Subject, string? Before = null, string? After = null);

/// <summary>The audit. A change writes its entry in its own transaction; what changes nothing, such as a reveal, records one by itself before it is answered.</summary>
public interface IAuditStore
{
    /// <summary>Completes when the entry is on disk.</summary>
    Task RecordAsync(AuditEntry entry);

    /// <summary>Entries older than <paramref name="before"/>, newest first.</summary>
    /// <param name="subject">Of this subject alone; null: of all.</param>
    /// <param name="before">An entry's id; null: from the newest on.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<AuditEntry>> ListAsync(string? subject, long? before, int limit, CancellationToken cancellation);
}

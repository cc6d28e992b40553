namespace Fulfilment.Core.Auditing;

/// <summary>Something that somebody did. Never holds codes, recipients, keys or their hashes.</summary>
/// <param name="Id">Time-ordered; the time of the entry is in it.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Action">What: <c>sku.created</c>.</param>
/// <param name="Subject">To what: <c>sku:VIDEO-VIP-1M</c>.</param>
/// <param name="Before">JSON of the subject before; null where there was none.</param>
/// <param name="After">JSON of the subject after; null where nothing changed.</param>
/// <param name="CodesShown">How many codes it showed; they are counted by hour, person and key in the entry's transaction.</param>
public sealed record AuditEntry(long Id, Actor Actor, string Action, string Subject, string? Before = null, string? After = null, int CodesShown = 0);

/// <summary>Which entries. Each filter that is null lets all through.</summary>
/// <param name="Before">Older than this entry.</param>
/// <param name="Limit">At most so many.</param>
public sealed record AuditQuery(long Before, int Limit)
{
    /// <summary>Of this subject.</summary>
    public string? Subject { get; init; }

    /// <summary>By this person.</summary>
    public string? Actor { get; init; }

    /// <summary>With this API key.</summary>
    public long? KeyId { get; init; }

    /// <summary>Of this kind.</summary>
    public string? Action { get; init; }

    /// <summary>Then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before then.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>The audit. A change writes its entry in its own transaction; what changes nothing, such as a reveal, records one by itself before it is answered.</summary>
public interface IAuditStore
{
    /// <summary>Completes when the entry is on disk.</summary>
    Task RecordAsync(AuditEntry entry);

    /// <summary>A page of entries, newest first.</summary>
    Task<IReadOnlyList<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellation);
}

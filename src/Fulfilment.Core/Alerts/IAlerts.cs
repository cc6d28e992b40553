using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Alerts;

/// <summary>Raises alerts and keeps them.</summary>
public interface IAlerts
{
    /// <summary>Opens an alert, or counts one more on the unresolved alert with the same key, which then says the newest cause. Completes when it is on disk.</summary>
    Task RaiseAsync(NewAlert alert);

    /// <summary>Resolves the alert with this key because its cause is gone; false when there is none unresolved.</summary>
    Task<bool> ResolveAsync(string key);

    /// <summary>The keys of all unresolved alerts of a kind, for whoever raises them to see which are over.</summary>
    Task<IReadOnlyList<string>> UnresolvedKeysAsync(AlertKind kind);

    /// <summary>A page of alerts, newest first.</summary>
    /// <param name="status">In this status alone; null: in any.</param>
    /// <param name="kind">Of this kind alone; null: of all.</param>
    /// <param name="before">Older than this alert.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<Alert>> ListAsync(AlertStatus? status, AlertKind? kind, long before, int limit, CancellationToken cancellation);

    /// <summary>
    /// Moves the alert on, audited, and gives it as it is then; what has gone as far already stays as it is. <see cref="RefusalCode.NotFound"/> without
    /// such an alert.
    /// </summary>
    Task<Result<Alert>> MoveAsync(long id, AlertStatus to, Actor actor);
}

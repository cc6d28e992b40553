using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Alerts;

/// <summary>Raises alerts and keeps them. Each change that people are told of leaves an event in the same transaction.</summary>
public interface IAlerts
{
    /// <summary>
    /// Opens an alert unless one with the same key stands. That one takes over what is new in cause, severity and money; it counts one more where its kind
    /// happens, and where its kind lasts (<see cref="AlertGuide.Lasts"/>) nothing is written unless something is new, so a watch may raise it at each look. One that
    /// has become critical wants somebody anew: it is open again, whoever looked after the warning; and if a person had resolved that, another is opened.
    /// Completes when it is on disk.
    /// </summary>
    Task RaiseAsync(NewAlert alert);

    /// <summary>Resolves the alert with this key because its cause is gone, so that the cause may open another; false when there is none unresolved.</summary>
    Task<bool> ResolveAsync(string key);

    /// <summary>The alerts of a kind that stand (<see cref="Alert.Stands"/>) by their keys, for whoever raises them to see which are over.</summary>
    Task<IReadOnlyDictionary<string, Alert>> StandingAsync(AlertKind kind);

    /// <summary>A page of alerts, newest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="before">Older than this alert.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Ends the query.</param>
    Task<IReadOnlyList<Alert>> ListAsync(AlertFilter filter, long before, int limit, CancellationToken cancellation);

    /// <summary>
    /// Moves the alert on, audited, and gives it as it is then; what has gone as far already stays as it is. One that lasts and is resolved stands until its cause
    /// is gone: whoever resolves it does not want to hear of it again before. <see cref="RefusalCode.NotFound"/> without such an alert.
    /// </summary>
    /// <param name="id">Which.</param>
    /// <param name="to">Acknowledged or resolved.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="note">What they want others to know.</param>
    Task<Result<Alert>> MoveAsync(long id, AlertStatus to, Actor actor, string? note);
}

/// <summary>Which alerts to list; what is null is not asked.</summary>
/// <param name="Status">Where they stand.</param>
/// <param name="Kind">Of what kind.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Subject">What about.</param>
/// <param name="Group">Told together.</param>
public sealed record AlertFilter(AlertStatus? Status = null, AlertKind? Kind = null, AlertSeverity? Severity = null, string? Subject = null, string? Group = null);

using Fulfilment.Core.Auditing;

namespace Fulfilment.Core.Alerts;

/// <summary>Somebody looks after an alert, or says that it is over.</summary>
public sealed class MoveAlert(IAlerts alerts)
{
    /// <summary>The longest note.</summary>
    public const int LongestNote = 1_000;

    /// <summary>The alert as it is then; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>.</summary>
    public async Task<Result<Alert>> RunAsync(long id, AlertStatus to, string? note, Actor actor) =>
        Field.Text(note, "/note", LongestNote, lines: true) is { } malformed
            ? malformed
            : await alerts.MoveAsync(id, to, actor, note).ConfigureAwait(false);
}

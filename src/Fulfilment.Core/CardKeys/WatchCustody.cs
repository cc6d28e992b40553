using System.Globalization;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Checks;

namespace Fulfilment.Core.CardKeys;

/// <summary>Verifies the custody of all card keys each night, batch by batch with rests between, and raises or resolves the alert.</summary>
public sealed class WatchCustody(VerifyCustody verify, MatchAlerts alerts, TimeProvider time)
{
    private const string Key = "custody";

    /// <summary>What was found, for people.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        var report = await verify.RunInPiecesAsync(new Pace(time), cancellation).ConfigureAwait(false);
        await alerts.RunAsync(AlertKind.CustodyBroken, Key, report.Findings.Total == 0 ? [] : [Alert(report.Findings)]).ConfigureAwait(false);
        return string.Create(CultureInfo.InvariantCulture, $"{report.Keys:N0} card keys, {report.Entries:N0} custody entries: {report.Findings.Summary()}.");
    }

    private static NewAlert Alert(Findings<CustodyFault> findings) => new(
        AlertKind.CustodyBroken, AlertSeverity.Critical, Key, Key,
        AlertText.Of(
            $"The records of card keys do not agree with their custody: {findings.Summary()}. The command \"custody verify\" names each.",
            $"卡密记录与保管链不一致:{findings.Summary()}。custody verify 命令会逐条列出。"));
}

using Fulfilment.Core.Alerts;
using Fulfilment.Core.Checks;

namespace Fulfilment.Core.Ledger;

/// <summary>Checks the ledger each night, one equation after the other with rests between, and raises or resolves the alert.</summary>
public sealed class WatchLedger(CheckLedger check, MatchAlerts alerts, TimeProvider time)
{
    private const string Key = "ledger";

    /// <summary>What was found, for people.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellation)
    {
        var findings = await check.RunInPiecesAsync(new Pace(time), cancellation).ConfigureAwait(false);
        await alerts.RunAsync(AlertKind.LedgerBroken, Key, findings.Total == 0 ? [] : [Alert(findings)]).ConfigureAwait(false);
        return $"Transfers, wallets, holds, inventories and orders: {findings.Summary()}.";
    }

    private static NewAlert Alert(Findings<LedgerFault> findings) => new(
        AlertKind.LedgerBroken, AlertSeverity.Critical, Key, Key,
        AlertText.Of(
            $"Money and orders do not agree: {findings.Summary()}. The command \"ledger check\" names each.",
            $"资金与订单不一致:{findings.Summary()}。ledger check 命令会逐条列出。"));
}

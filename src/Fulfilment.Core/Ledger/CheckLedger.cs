using Fulfilment.Core.Checks;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Ledger;

/// <summary>Holds transfers, wallets, holds, inventories and orders against each other, as they were at one moment, also while a host writes.</summary>
public sealed class CheckLedger(ILedgerRecordStore store)
{
    private static readonly LedgerFault[] ByLine =
        [LedgerFault.UnitCountDiffers, LedgerFault.OpenUnitsDiffer, LedgerFault.OrderStatusDiffers, LedgerFault.LineStatusDiffers];

    /// <param name="mostFindings">How many findings are kept; all are counted.</param>
    /// <param name="progress">Told what is looked at next; may be null.</param>
    /// <param name="cancellation">Ends the check with an exception.</param>
    public async Task<LedgerReport> RunAsync(int mostFindings, IProgress<LedgerFault>? progress, CancellationToken cancellation)
    {
        var findings = new Findings<LedgerFault>(mostFindings);
        IReadOnlyList<AccountTotal> balance = [];
        await store.ReadAsync(
            async records =>
            {
                balance = await records.TrialBalanceAsync(cancellation).ConfigureAwait(false);
                foreach (var fault in Enum.GetValues<LedgerFault>().Except(ByLine))
                {
                    progress?.Report(fault);
                    await CheckAsync(records, fault, findings, cancellation).ConfigureAwait(false);
                }

                progress?.Report(LedgerFault.OrderStatusDiffers);
                await CheckLinesAsync(records, findings, cancellation).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        return new LedgerReport(balance, findings);
    }

    /// <summary>
    /// The same while the host goes on selling for as long as it takes: each equation as it holds at one moment, one after the other, with rests between, so that no
    /// moment of the database has to be kept for long.
    /// </summary>
    public async Task<Findings<LedgerFault>> RunInPiecesAsync(Pace pace, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(pace);
        var findings = new Findings<LedgerFault>(0);
        foreach (var fault in Enum.GetValues<LedgerFault>().Except(ByLine))
        {
            await pace.RunAsync(() => store.ReadAsync(records => CheckAsync(records, fault, findings, cancellation), cancellation), cancellation).ConfigureAwait(false);
        }

        await pace.RunAsync(() => store.ReadAsync(records => CheckLinesAsync(records, findings, cancellation), cancellation), cancellation).ConfigureAwait(false);
        return findings;
    }

    private static async Task CheckAsync(ILedgerRecords records, LedgerFault fault, Findings<LedgerFault> findings, CancellationToken cancellation)
    {
        await foreach (var difference in records.DifferencesAsync(fault, cancellation).ConfigureAwait(false))
        {
            findings.Add(fault, Subject(fault, difference.Id), Detail(fault, difference));
        }
    }

    private static async Task CheckLinesAsync(ILedgerRecords records, Findings<LedgerFault> findings, CancellationToken cancellation)
    {
        LineTally? order = null;
        var counts = default(UnitCounts);
        await foreach (var line in records.LinesAsync(cancellation).ConfigureAwait(false))
        {
            if (order?.OrderId != line.OrderId)
            {
                CheckOrder(order, counts, findings);
                (order, counts) = (line, default);
            }

            counts += line.Counts;
            CheckLine(line, findings);
        }

        CheckOrder(order, counts, findings);
    }

    private static void CheckLine(LineTally line, Findings<LedgerFault> findings)
    {
        if (line.LineId is not { } id)
        {
            return;
        }

        var subject = $"line {PublicId.Format(PublicId.Line, id)} of order {PublicId.Format(PublicId.Order, line.OrderId)}";
        if (line.Units != line.Quantity)
        {
            findings.Add(LedgerFault.UnitCountDiffers, subject, $"{line.Units} units, {line.Quantity} were ordered");
        }

        if (!line.Counts.Allow(line.LineStatus))
        {
            findings.Add(LedgerFault.LineStatusDiffers, subject, $"it is {line.LineStatus} with {Text(line.Counts)}");
        }
    }

    private static void CheckOrder(LineTally? order, UnitCounts counts, Findings<LedgerFault> findings)
    {
        if (order is null)
        {
            return;
        }

        var subject = Subject(LedgerFault.OrderStatusDiffers, order.OrderId);
        if (order.OpenUnits != counts.Open)
        {
            findings.Add(LedgerFault.OpenUnitsDiffer, subject, $"its counter says {order.OpenUnits}, {counts.Open} units are open");
        }

        if (!counts.Allow(order.OrderStatus))
        {
            findings.Add(LedgerFault.OrderStatusDiffers, subject, $"it is {order.OrderStatus} with {Text(counts)}");
        }
    }

    private static string Subject(LedgerFault fault, long id) => fault switch
    {
        LedgerFault.AmountNotPositive or LedgerFault.AccountsNotAllowed => $"transfer {PublicId.Format(PublicId.Transfer, id)}",
        LedgerFault.DisputedDiffers or LedgerFault.SettledDiffers => $"supplier {id}",
        LedgerFault.BalanceDiffers or LedgerFault.HeldDiffers => $"storefront {id}",
        LedgerFault.InventoryDiffers or LedgerFault.InventoryNegative => $"batch {PublicId.Format(PublicId.Batch, id)}",
        LedgerFault.UnitDueMissing or LedgerFault.CaseDiffers or LedgerFault.ReplacementDiffers => $"unit {PublicId.Format(PublicId.Unit, id)}",
        _ when id == 0 => "no order",
        _ => $"order {PublicId.Format(PublicId.Order, id)}",
    };

    private static string Detail(LedgerFault fault, LedgerDifference difference) => fault switch
    {
        LedgerFault.OrderDueMissing or LedgerFault.UnitDueMissing or LedgerFault.AccountsNotAllowed => "",
        LedgerFault.AmountNotPositive or LedgerFault.InventoryNegative => $"{new Money(difference.Found)} {difference.Currency}",
        LedgerFault.HoldDiffers => $"its hold is {(difference.Found == 0 ? "missing" : (HoldState)difference.Found)}, {(HoldState)difference.Expected} is due",
        LedgerFault.CaseDiffers when difference.Found == difference.Expected => "what its case says came of it is not so",
        LedgerFault.CaseDiffers => $"it is {StateName(difference.Found)}, {StateName(difference.Expected)} is due",
        LedgerFault.ReplacementDiffers => $"{difference.Found} units take its place, {difference.Expected} is due",
        _ => $"{new Money(difference.Found)} {difference.Currency}, {new Money(difference.Expected)} {difference.Currency} is due",
    };

    private static string StateName(long state) => state == 0 ? "missing" : ((UnitState)state).ToString();

    private static string Text(UnitCounts counts) =>
        $"{counts.Open} open, {counts.Delivered} delivered, {counts.Failed} failed, {counts.Cancelled} cancelled, {counts.Refunded} refunded units";
}

/// <summary>What a check found.</summary>
/// <param name="TrialBalance">Debits and credits by kind of account and currency.</param>
/// <param name="Findings">What is wrong; none in a sound database.</param>
public sealed record LedgerReport(IReadOnlyList<AccountTotal> TrialBalance, Findings<LedgerFault> Findings);

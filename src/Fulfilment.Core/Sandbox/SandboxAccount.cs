using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Sandbox;

/// <summary>The play money: the same at any time, because each order has it anew. What moved follows from the orders.</summary>
public static class SandboxAccount
{
    /// <summary>One wallet for each currency of the SKUs.</summary>
    public static IReadOnlyList<Wallet> Wallets { get; } =
        [.. SandboxSkus.Sold.Skus.Select(sku => sku.Currency).Distinct().Order(StringComparer.Ordinal).Select(currency => new Wallet(currency, SandboxSkus.PlayMoney, Money.Zero))];

    /// <summary>What the order has moved by then, newest id first: a charge for each line once it is not held, and what went back.</summary>
    public static IReadOnlyList<SandboxEntry> Entries(SandboxOrder order, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(order);
        var entries = new List<SandboxEntry>();
        foreach (var (line, units) in order.Lines.Zip(SandboxUnits.Of(order, now)))
        {
            var charged = units.Where(unit => unit.ReplacesUnitId is null)
                .Select(unit => (unit.Id, unit.Step, Since: unit.Past.Where(step => IsCharged(step.State)).Select(step => (SandboxStep?)step).FirstOrDefault()))
                .Where(unit => unit.Since is not null)
                .ToList();
            entries.AddRange(charged.GroupBy(unit => unit.Since!.Value.AtSeconds)
                .Select(at => new SandboxEntry(line.Id, SandboxUnits.At(order, at.First().Since!.Value), TransferKind.Sale, -(line.UnitPrice * at.Count()))));
            entries.AddRange(charged.Where(unit => !IsCharged(unit.Step.State)).GroupBy(unit => unit.Step.AtSeconds)
                .Select(at => new SandboxEntry(at.First().Id, SandboxUnits.At(order, at.First().Step), TransferKind.Refund, line.UnitPrice * at.Count())));
            var refunds = order.Cases.Where(item => item.Kind == AfterSalesKind.Refund && item.StatusAt(now) == AfterSalesStatus.Done);
            foreach (var refund in refunds)
            {
                var inLine = refund.Units.Where(inCase => units.Any(unit => unit.Id == inCase.UnitId)).ToList();
                if (inLine.Count > 0)
                {
                    entries.Add(new SandboxEntry(inLine[0].UnitId, refund.DecidedAt, TransferKind.Refund, line.UnitPrice * inLine.Count));
                }
            }
        }

        return [.. entries.OrderByDescending(entry => entry.Id)];
    }

    private static bool IsCharged(UnitState state) => state is not (UnitState.Reserved or UnitState.Failed or UnitState.Cancelled);
}

/// <summary>A movement of play money.</summary>
/// <param name="Id">Of the line that was charged for, or of the first unit whose price went back; shown as <c>trf_…</c>.</param>
/// <param name="At">When.</param>
/// <param name="Kind">Sale or refund.</param>
/// <param name="Amount">Less than zero: charged.</param>
public sealed record SandboxEntry(long Id, DateTimeOffset At, TransferKind Kind, Money Amount);

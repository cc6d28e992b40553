using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Sandbox;

/// <summary>A unit of a sandbox order at some moment.</summary>
/// <param name="Id">Shown as <c>unt_…</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Step">The last step of its script; after-sales come on top.</param>
/// <param name="Past">All steps that have come.</param>
/// <param name="NextSeconds">When the next comes, since the order was made.</param>
/// <param name="IsShort">Whether the pretended stock does not cover it.</param>
/// <param name="ReplacesUnitId">The unit whose place it took.</param>
internal sealed record SandboxUnit(
    long Id, UnitState State, SandboxStep Step, IReadOnlyList<SandboxStep> Past, double? NextSeconds, bool IsShort = false, long? ReplacesUnitId = null);

/// <summary>Where the units of a sandbox order stand: what their scripts and the order's cases come to.</summary>
internal static class SandboxUnits
{
    /// <summary>By line, and within a line by id.</summary>
    public static SandboxUnit[][] Of(SandboxOrder order, DateTimeOffset now)
    {
        var seconds = (now - order.CreatedAt).TotalSeconds;
        var done = order.Cases.Where(item => item.StatusAt(now) == AfterSalesStatus.Done).ToList();
        return [.. order.Lines.Select(line => WithCases(order, done, line.UnitIds.Select((id, i) =>
            Scripted(id, SandboxScript.Of(order, line, i), seconds, isShort: i >= line.Available))))];
    }

    /// <summary>What the rules of after-sales look at, by unit.</summary>
    public static Dictionary<long, JudgedUnit> ForAfterSales(SandboxOrder order, DateTimeOffset now) => Of(order, now)
        .SelectMany((units, i) => units.Select(unit => (unit.Id, Judged: new JudgedUnit(
            order.Lines[i].SkuId,
            HasCode(order.Lines[i], unit),
            unit.Step.State == UnitState.Delivered ? At(order, unit.Step).ToUnixTimeMilliseconds() : null,
            order.RevealedAtMs.TryGetValue(unit.Id, out var revealed) ? revealed : null))))
        .ToDictionary(pair => pair.Id, pair => pair.Judged);

    /// <summary>Whether there is a code to show now.</summary>
    public static bool HasCode(SandboxLine line, SandboxUnit unit) =>
        unit.State == UnitState.Delivered && SkuOf(line).Kind == SkuKind.CardKey;

    public static Sku SkuOf(SandboxLine line) =>
        SandboxSkus.Sold.FindSku(line.SkuId) ?? throw new InvalidOperationException($"SKU {line.SkuId} is in a sandbox order and is not built in.");

    /// <summary>When a step came.</summary>
    public static DateTimeOffset At(SandboxOrder order, SandboxStep step) => order.CreatedAt.AddSeconds(step.AtSeconds);

    /// <summary>The line of a unit, be it one that was ordered or one that took another's place.</summary>
    public static SandboxLine LineOf(SandboxOrder order, long unitId)
    {
        var replaces = order.Cases.SelectMany(item => item.Units).Where(unit => unit.NewUnitId is not null).ToDictionary(unit => unit.NewUnitId!.Value, unit => unit.UnitId);
        while (replaces.TryGetValue(unitId, out var before))
        {
            unitId = before;
        }

        return order.Lines.Single(line => line.UnitIds.Contains(unitId));
    }

    // A case names only units that were there when it was opened, so going through the cases by age meets each unit before what became of it.
    private static SandboxUnit[] WithCases(SandboxOrder order, List<SandboxCase> done, IEnumerable<SandboxUnit> scripted)
    {
        var units = scripted.ToList();
        foreach (var item in done)
        {
            foreach (var inCase in item.Units)
            {
                var i = units.FindIndex(unit => unit.Id == inCase.UnitId);
                if (i < 0)
                {
                    continue;
                }

                units[i] = units[i] with { State = item.Kind == AfterSalesKind.Replacement ? UnitState.Replaced : UnitState.Refunded };
                if (inCase.NewUnitId is { } newId)
                {
                    var delivered = new SandboxStep((item.DecidedAt - order.CreatedAt).TotalSeconds, UnitState.Delivered);
                    units.Add(new SandboxUnit(newId, UnitState.Delivered, delivered, [delivered], null, ReplacesUnitId: inCase.UnitId));
                }
            }
        }

        return [.. units.OrderBy(unit => unit.Id)];
    }

    private static SandboxUnit Scripted(long id, IReadOnlyList<SandboxStep> steps, double seconds, bool isShort)
    {
        var now = SandboxScript.At(steps, seconds);
        var later = steps.Where(step => step.AtSeconds > Math.Max(0, seconds)).Select(step => (double?)step.AtSeconds);
        return new SandboxUnit(id, now.State, now, [.. steps.Where(step => step.AtSeconds <= now.AtSeconds)], later.Min(), isShort);
    }
}

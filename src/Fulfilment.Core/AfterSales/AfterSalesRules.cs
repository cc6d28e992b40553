using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.AfterSales;

/// <summary>Which units may be replaced or refunded at all, and which without an operator.</summary>
internal sealed class AfterSalesRules(ICatalogue catalogue, BusinessCalendar calendar)
{
    /// <summary>The units of the request as they stand in the order; or the first that cannot be in a case, and why.</summary>
    /// <param name="facts">The order and its cases.</param>
    /// <param name="kind">What is asked for: an operator may give back the money of a top-up, which has no code.</param>
    /// <param name="unitIds">As the request lists them.</param>
    /// <param name="byOperator">An operator is not bound by the SKU's policy; a second one looks at the case.</param>
    /// <param name="now">Counts the days since the delivery.</param>
    public Result<IReadOnlyList<AfterSalesUnit>> Judge(AfterSalesFacts facts, AfterSalesKind kind, IReadOnlyList<long> unitIds, bool byOperator, DateTimeOffset now)
    {
        var needsCode = !byOperator || kind != AfterSalesKind.Refund;
        var units = facts.Order.Lines
            .SelectMany(line => line.Units.Select(unit => (
                unit.Id,
                Unit: new JudgedUnit(unit.SkuId, unit.State == UnitState.Delivered && (unit.CardKeyId is not null || !needsCode), unit.DeliveredAtMs, unit.RevealedAtMs))))
            .ToDictionary(pair => pair.Id, pair => pair.Unit);
        return Judge(units, facts.UnitsInCases, unitIds, byOperator, now);
    }

    /// <summary>The same of units that are known by id.</summary>
    public Result<IReadOnlyList<AfterSalesUnit>> Judge(
        IReadOnlyDictionary<long, JudgedUnit> units, IReadOnlySet<long> unitsInCases, IReadOnlyList<long> unitIds, bool byOperator, DateTimeOffset now)
    {
        var judged = new List<AfterSalesUnit>(unitIds.Count);
        for (var i = 0; i < unitIds.Count; i++)
        {
            var id = unitIds[i];
            var refusal = !units.TryGetValue(id, out var unit) ? new Refusal(RefusalCode.UnknownUnit)
                : unitsInCases.Contains(id) ? new Refusal(RefusalCode.AlreadyInCase)
                : !unit.CanBeReturned ? new Refusal(RefusalCode.NotEligible, Detail: "The unit has no delivered code.")
                : byOperator ? null : JudgeByPolicy(SkuOf(unit.SkuId).AfterSales, unit, now);
            if (refusal is not null)
            {
                return refusal with { Param = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/unitIds/{i}") };
            }

            judged.Add(new AfterSalesUnit(id, unit.SkuId, unit.RevealedAtMs));
        }

        return Result.Of<IReadOnlyList<AfterSalesUnit>>([.. judged.OrderBy(unit => unit.UnitId)]);
    }

    /// <summary>
    /// The units marked with today's allowance as far as they need it, when all of them go through without an operator; else null. A case is done as a
    /// whole, so one unit that has to wait lets the others wait too, and they use up nothing.
    /// </summary>
    public async ValueTask<IReadOnlyList<AfterSalesUnit>?> LetThroughAsync(
        IAfterSalesTransaction transaction, long storefrontId, IReadOnlyList<AfterSalesUnit> units, int today)
    {
        foreach (var sku in units.Where(unit => unit.RevealedAtMs is not null).GroupBy(unit => unit.SkuId))
        {
            var allowed = SkuOf(sku.Key).AfterSales.AutomaticPerDay;
            if (sku.Count() > allowed || sku.Count() > allowed - await transaction.CountAutomaticAsync(storefrontId, sku.Key, today).ConfigureAwait(false))
            {
                return null;
            }
        }

        return [.. units.Select(unit => unit.RevealedAtMs is null ? unit : unit with { AutomaticDay = today })];
    }

    private Refusal? JudgeByPolicy(AfterSalesPolicy policy, JudgedUnit unit, DateTimeOffset now)
    {
        if (policy.OnlyUnrevealed && unit.RevealedAtMs is not null)
        {
            return new Refusal(RefusalCode.NotEligible, Detail: "The code was shown, and this SKU is replaced and refunded only before that.");
        }

        var delivered = DateTimeOffset.FromUnixTimeMilliseconds(unit.DeliveredAtMs!.Value);
        return calendar.DayOf(now) - calendar.DayOf(delivered) > policy.CoolingOffDays
            ? new Refusal(RefusalCode.NotEligible, Detail: $"This SKU is replaced and refunded for {policy.CoolingOffDays} days after the delivery.")
            : null;
    }

    private Sku SkuOf(long skuId) =>
        catalogue.Current.FindSku(skuId) ?? throw new InvalidOperationException($"SKU {skuId} is in an order and not in the catalogue.");
}

/// <summary>What decides whether a unit can be in a case.</summary>
internal readonly record struct JudgedUnit(long SkuId, bool CanBeReturned, long? DeliveredAtMs, long? RevealedAtMs);

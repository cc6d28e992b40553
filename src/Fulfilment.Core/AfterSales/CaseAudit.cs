using System.Text.Json;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.AfterSales;

/// <summary>What a case leaves behind in the audit and the pool.</summary>
internal static class CaseAudit
{
    /// <summary>An entry on the order, so that what happened to it stands in one place; reasons stand in the case.</summary>
    public static AuditEntry Entry(long id, Actor actor, string action, AfterSalesCase? before, AfterSalesCase after) =>
        new(id, actor, action, $"order:{PublicId.Format(PublicId.Order, after.OrderId)}", before is null ? null : Image(before), Image(after));

    /// <summary>Tells the pool which keys the table gave to replacements, committed by now.</summary>
    public static void ReportReplacements(this ICardKeyPool pool, CompletedCase? completed)
    {
        foreach (var keys in (completed?.NewUnits ?? []).GroupBy(unit => unit.Replaced.SkuId))
        {
            pool.ReportTaken(keys.Key, [.. keys.Select(unit => unit.CardKeyId)]);
        }
    }

    private static string Image(AfterSalesCase image)
    {
        var units = string.Join(",", image.Units.Select(unit => $"\"{PublicId.Format(PublicId.Unit, unit.UnitId)}\""));
        return $$"""{"case":"{{PublicId.Format(PublicId.AfterSales, image.Id)}}","kind":"{{Name(image.Kind)}}","status":"{{Name(image.Status)}}","units":[{{units}}]}""";
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

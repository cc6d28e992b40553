using System.Text.Json;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>What people's work on a unit leaves in the audit. Evidence and reasons stand in the decision, where they can be erased with the person they may name.</summary>
internal static class UnitAudit
{
    public static AuditEntry Entry(long id, Actor actor, string action, FoundUnit unit) =>
        new(id, actor, action, Subject(unit.Id), Before: null, After: $$"""{"order":"{{PublicId.Format(PublicId.Order, unit.OrderId)}}"}""");

    public static AuditEntry Entry(long id, Actor actor, string action, UnitDecision? before, UnitDecision after) =>
        new(id, actor, action, Subject(after.UnitId), before is null ? null : Image(before), Image(after));

    private static string Subject(long unitId) => $"unit:{PublicId.Format(PublicId.Unit, unitId)}";

    private static string Image(UnitDecision decision)
    {
        var cost = decision.Cost is { } money ? $"\"{money}\"" : "null";
        return $$"""{"decision":"{{PublicId.Format(PublicId.Decision, decision.Id)}}","kind":"{{Name(decision.Kind)}}","status":"{{Name(decision.Status)}}","order":"{{PublicId.Format(PublicId.Order, decision.OrderId)}}","cost":{{cost}}}""";
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

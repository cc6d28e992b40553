using Fulfilment.Core;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>A unit as fulfilment reads it.</summary>
internal class FoundUnitRow
{
    public long OrderId { get; init; }

    public long Id { get; init; }

    public long LineId { get; init; }

    public long SkuId { get; init; }

    public long Price { get; init; }

    public long State { get; init; }

    public long? DueAt { get; init; }

    public long? CardKeyId { get; init; }

    public FoundUnit ToUnit() => new(OrderId, Id, LineId, SkuId, new Money(Price), (UnitState)State, DueAt, CardKeyId);
}

/// <summary>A unit together with what its line says for the supplier.</summary>
internal sealed class DueUnitRow : FoundUnitRow
{
    public string Currency { get; init; } = "";

    public long ByHand { get; init; }

    public long? WaitsSince { get; init; }

    public byte[]? Recipient { get; init; }

    public byte[]? Inputs { get; init; }

    public long InputsOwner { get; init; }
}

/// <summary>A row of <c>attempts</c>.</summary>
internal sealed class AttemptRow
{
    public const string Columns = """
        a.id AS Id, a.order_id AS OrderId, a.unit_id AS UnitId, a.supplier_id AS SupplierId, a.supplier_sku AS SupplierSku, a.state AS State, a.unit_cost AS UnitCost,
        a.currency AS Currency, a.send_before AS SendBefore, a.queried_at AS QueriedAt, a.queries AS Queries, a.receipt AS Receipt, a.reason AS Reason,
        a.decided_at AS DecidedAt
        """;

    public long Id { get; init; }

    public long OrderId { get; init; }

    public long UnitId { get; init; }

    public long SupplierId { get; init; }

    public string SupplierSku { get; init; } = "";

    public long State { get; init; }

    public long UnitCost { get; init; }

    public string Currency { get; init; } = "";

    public long SendBefore { get; init; }

    public long? QueriedAt { get; init; }

    public long Queries { get; init; }

    public string? Receipt { get; init; }

    public string? Reason { get; init; }

    public long? DecidedAt { get; init; }

    public Attempt ToAttempt() => new(
        Id, OrderId, UnitId, SupplierId, SupplierSku, (AttemptState)State, new Money(UnitCost), Currency, SendBefore, QueriedAt, (int)Queries, Receipt, Reason, DecidedAt);
}

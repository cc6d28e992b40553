using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The bad cards in <c>card_key_flags</c>.</summary>
public sealed class BadCardStore(IDatabase database) : IBadCardStore
{
    private const string Columns = """
        f.id AS Id, f.card_key_id AS CardKeyId, u.id AS UnitId, u.order_id AS OrderId, k.sku_id AS SkuId, k.batch_id AS BatchId, b.supplier AS Supplier,
        b.purchase_reference AS PurchaseReference, b.unit_cost AS UnitCost, b.currency AS Currency, f.reason AS Reason, f.actor AS Actor
        """;

    /// <inheritdoc/>
    public async Task<Result<ReportedBadCard>> FlagAsync(NewBadCard report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var orderId = await database.ReadAsync(connection => UnitOrders.FindAsync(connection, report.UnitId)).ConfigureAwait(false);
        return orderId is { } found
            ? await database.WriteAsync(connection => FlagAsync(connection, found, report)).ConfigureAwait(false)
            : new Refusal(RefusalCode.NotFound);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BadCard>> ListAsync(BadCardQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var before = Math.Min(query.Before, query.To is { } to ? IdGenerator.FirstAt(to) : long.MaxValue);
        var from = query.From is { } start ? IdGenerator.FirstAt(start) : 0;
        var rows = await database.ReadAsync(connection => connection.QueryAsync<Row>(
            ListSql(database.Dialect, query), new { before, from, query.Supplier, query.Limit }), cancellation).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToCard())];
    }

    /// <summary>Flag 2 is a bad card. The joins in order keep SQLite from beginning with the batches instead, which would sort.</summary>
    internal static string ListSql(SqlDialect dialect, BadCardQuery query) => $"""
        SELECT {Columns} FROM card_key_flags AS f
        {Joins(dialect.JoinInOrder)}
        WHERE f.flag = 2 AND f.id < @before AND f.id >= @from
        {(query.Supplier is null ? "" : "AND b.supplier = @Supplier")}
        ORDER BY f.id DESC {dialect.Limit("@Limit")}
        """;

    private static string Joins(string join) => $"""
        {join} card_keys AS k ON k.id = f.card_key_id
        {join} batches AS b ON b.id = k.batch_id
        {join} units AS u ON u.card_key_id = f.card_key_id
        """;

    private static async Task<Result<ReportedBadCard>> FlagAsync(DbConnection connection, long orderId, NewBadCard report)
    {
        var cardKeyId = await connection.ExecuteScalarAsync<long?>(
            "SELECT card_key_id FROM units WHERE order_id = @orderId AND id = @UnitId AND state IN @given",
            new { orderId, report.UnitId, given = new[] { UnitState.Delivered, UnitState.Replaced, UnitState.Refunded } }).ConfigureAwait(false);
        if (cardKeyId is not { } key)
        {
            return new Refusal(RefusalCode.NotEligible, Detail: "The unit has no delivered code.");
        }

        // The primary key decides who was first to report it.
        var isNew = await connection.ExecuteAsync("""
            INSERT INTO card_key_flags (card_key_id, flag, id, actor, reason) SELECT @key, @badCard, @Id, @Name, @Reason
            WHERE NOT EXISTS (SELECT 1 FROM card_key_flags WHERE card_key_id = @key AND flag = @badCard)
            """, new { key, badCard = CardKeyFlagKind.BadCard, report.Id, report.Actor.Name, report.Reason }).ConfigureAwait(false) == 1;
        var row = await connection.QuerySingleAsync<Row>(
            $"SELECT {Columns} FROM card_key_flags AS f {Joins("JOIN")} WHERE f.card_key_id = @key AND f.flag = @badCard",
            new { key, badCard = CardKeyFlagKind.BadCard }).ConfigureAwait(false);
        if (isNew)
        {
            // The reason stands in the flag, where it can be erased with the person it may name.
            await AuditStore.AppendAsync(connection, new AuditEntry(
                report.AuditId, report.Actor, "cardKey.reportedBad", $"cardKey:{PublicId.Format(PublicId.CardKey, key)}",
                After: StorageJson.Write(new
                {
                    Order = PublicId.Format(PublicId.Order, orderId),
                    Unit = PublicId.Format(PublicId.Unit, report.UnitId),
                }))).ConfigureAwait(false);
        }

        return new ReportedBadCard(row.ToCard(), IsRepeat: !isNew);
    }

    private sealed record Row(
        long Id, long CardKeyId, long UnitId, long OrderId, long SkuId, long BatchId, string? Supplier, string? PurchaseReference, long UnitCost, string Currency,
        string Reason, string Actor)
    {
        public BadCard ToCard() =>
            new(Id, CardKeyId, UnitId, OrderId, SkuId, BatchId, Supplier, PurchaseReference, new Money(UnitCost), Currency, Reason, Actor);
    }
}

using Fulfilment.Infrastructure.Security;
using static Fulfilment.Infrastructure.Security.AuthenticatedBox;

namespace Fulfilment.Infrastructure.Storage.Encryption;

/// <summary>
/// A column of encrypted values, and how it is walked through in the order of its table's key. Every such column stands in <see cref="All"/>:
/// one that is forgotten would be lost with the first key that is retired.
/// </summary>
/// <param name="Part">Its number in <c>reencryptions</c>; never changes meaning.</param>
/// <param name="Name">As <c>table.column</c>.</param>
/// <param name="Domain">What its values are of.</param>
/// <param name="Rows">Those after <c>@row</c>, <c>@line</c>, in order: row, line, owner and value (null: nothing is stored).</param>
/// <param name="Update">Puts <c>@renewed</c> in the place of <c>@value</c> and of nothing else: somebody may have wiped or changed it since it was read.</param>
/// <param name="InCatalogue">Whether every process has its values in its snapshot of the catalogue, where they would go on naming a key that is retired.</param>
internal sealed record EncryptedColumn(int Part, string Name, Domain Domain, string Rows, string Update, bool InCatalogue = false)
{
    public static IReadOnlyList<EncryptedColumn> All { get; } =
    [
        new(1, "card_keys.code", Domain.Code,
            "SELECT id AS RowId, 0 AS LineId, id AS OwnerId, code AS Value FROM card_keys WHERE id > @row ORDER BY id",
            "UPDATE card_keys SET code = @renewed WHERE id = @row AND code = @value"),
        new(2, "orders.buyer", Domain.PersonalData,
            "SELECT id AS RowId, 0 AS LineId, id AS OwnerId, buyer AS Value FROM orders WHERE id > @row ORDER BY id",
            "UPDATE orders SET buyer = @renewed WHERE id = @row AND buyer = @value"),
        new(3, "order_lines.recipient", Domain.PersonalData,
            """
            SELECT order_id AS RowId, id AS LineId, id AS OwnerId, recipient AS Value
            FROM order_lines WHERE order_id >= @row AND (order_id > @row OR id > @line) ORDER BY order_id, id
            """,
            "UPDATE order_lines SET recipient = @renewed WHERE order_id = @row AND id = @line AND recipient = @value"),

        // Inputs belong to the line's first unit: recipient and inputs of one owner could be exchanged for each other unseen.
        new(4, "order_lines.inputs", Domain.PersonalData,
            """
            SELECT l.order_id AS RowId, l.id AS LineId,
                   CASE WHEN l.inputs IS NULL THEN 0 ELSE (SELECT min(u.id) FROM units AS u WHERE u.order_id = l.order_id AND u.line_id = l.id) END AS OwnerId,
                   l.inputs AS Value
            FROM order_lines AS l WHERE l.order_id >= @row AND (l.order_id > @row OR l.id > @line) ORDER BY l.order_id, l.id
            """,
            "UPDATE order_lines SET inputs = @renewed WHERE order_id = @row AND id = @line AND inputs = @value"),
        new(5, "sandbox_lines.recipient", Domain.PersonalData,
            """
            SELECT order_id AS RowId, id AS LineId, id AS OwnerId, recipient AS Value
            FROM sandbox_lines WHERE order_id >= @row AND (order_id > @row OR id > @line) ORDER BY order_id, id
            """,
            "UPDATE sandbox_lines SET recipient = @renewed WHERE order_id = @row AND id = @line AND recipient = @value"),
        new(6, "suppliers.settings", Domain.Supplier,
            "SELECT id AS RowId, 0 AS LineId, id AS OwnerId, settings AS Value FROM suppliers WHERE id > @row ORDER BY id",
            "UPDATE suppliers SET settings = @renewed WHERE id = @row AND settings = @value",
            InCatalogue: true),
        new(7, "supplier_answers.body", Domain.Supplier,
            """
            SELECT attempt_id AS RowId, id AS LineId, id AS OwnerId, body AS Value
            FROM supplier_answers WHERE attempt_id >= @row AND (attempt_id > @row OR id > @line) ORDER BY attempt_id, id
            """,
            "UPDATE supplier_answers SET body = @renewed WHERE attempt_id = @row AND id = @line AND body = @value"),
        new(8, "stray_callbacks.body", Domain.Supplier,
            "SELECT id AS RowId, 0 AS LineId, id AS OwnerId, body AS Value FROM stray_callbacks WHERE id > @row ORDER BY id",
            "UPDATE stray_callbacks SET body = @renewed WHERE id = @row AND body = @value"),
        new(9, "discrepancies.code", Domain.Code,
            "SELECT id AS RowId, 0 AS LineId, id AS OwnerId, code AS Value FROM discrepancies WHERE id > @row ORDER BY id",
            "UPDATE discrepancies SET code = @renewed WHERE id = @row AND code = @value"),
        new(10, "unit_decisions.content", Domain.Supplier,
            "SELECT id AS RowId, 0 AS LineId, id AS OwnerId, content AS Value FROM unit_decisions WHERE id > @row ORDER BY id",
            "UPDATE unit_decisions SET content = @renewed WHERE id = @row AND content = @value"),
        new(12, "discrepancies.content", Domain.Supplier,
            "SELECT id AS RowId, 0 AS LineId, id AS OwnerId, content AS Value FROM discrepancies WHERE id > @row ORDER BY id",
            "UPDATE discrepancies SET content = @renewed WHERE id = @row AND content = @value"),
        new(11, "webhook_secrets.secret", Domain.Webhook,
            "SELECT id AS RowId, 0 AS LineId, id AS OwnerId, secret AS Value FROM webhook_secrets WHERE id > @row ORDER BY id",
            "UPDATE webhook_secrets SET secret = @renewed WHERE id = @row AND secret = @value"),
    ];

    /// <summary>At most <c>@limit</c> of <see cref="Rows"/>.</summary>
    public string Page(SqlDialect dialect) => $"{Rows} {dialect.Limit("@limit")}";

    /// <summary>A row of <see cref="Rows"/>.</summary>
    internal sealed class Row
    {
        public long RowId { get; init; }

        public long LineId { get; init; }

        public long OwnerId { get; init; }

        public byte[]? Value { get; init; }

        public byte? KeyId => Value is null ? null : AuthenticatedBox.KeyIdOf(Value);
    }
}

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The part of <see cref="LedgerSql"/> that holds after-sales cases and units against each other.</summary>
internal static class AfterSalesLedgerSql
{
    /// <summary>
    /// What is done has changed every unit, to what the case says, with a new unit or with the money; what waits has changed none; and no unit was
    /// changed otherwise.
    /// </summary>
    public const string CaseDiffers = """
        SELECT unit_id, '', found, CAST(due AS bigint)
        FROM (
            SELECT a.unit_id, a.counts, a.new_unit_id, a.refunded, c.status, c.kind, coalesce(u.price, l.unit_price) AS unit_price, n.id AS new_id, coalesce(u.state, 0) AS found,
                   CASE WHEN c.status = @CasePending THEN @Delivered WHEN c.kind = @ForReplacement THEN @Replaced ELSE @Refunded END AS due
            FROM after_sales_cases c
            JOIN after_sales_units a ON a.case_id = c.id
            LEFT JOIN units u ON u.order_id = c.order_id AND u.id = a.unit_id
            LEFT JOIN order_lines l ON l.order_id = u.order_id AND l.id = u.line_id
            LEFT JOIN units n ON n.order_id = c.order_id AND n.id = a.new_unit_id AND n.replaces_unit_id = a.unit_id
        ) AS stored
        WHERE (status <> @CaseRejected AND found <> due)
           OR counts <> CASE WHEN status = @CaseRejected THEN 0 ELSE 1 END
           OR (status = @CaseDone AND kind = @ForReplacement AND new_id IS NULL)
           OR (status = @CaseDone AND kind <> @ForReplacement AND (refunded IS NULL OR refunded <> unit_price))
           OR (status <> @CaseDone AND (new_unit_id IS NOT NULL OR refunded IS NOT NULL))
        UNION ALL
        SELECT u.id, '', u.state, CAST(@Delivered AS bigint)
        FROM units u
        WHERE u.state IN (@Replaced, @Refunded)
          AND NOT EXISTS (
              SELECT 1 FROM after_sales_units a JOIN after_sales_cases c ON c.id = a.case_id
              WHERE a.unit_id = u.id AND a.counts = 1 AND c.status = @CaseDone AND c.order_id = u.order_id)
        """;

    public const string ReplacementDiffers = """
        SELECT id, '', CAST(in_its_place AS bigint), CAST(1 AS bigint)
        FROM (
            SELECT u.id, (SELECT count(*) FROM units n WHERE n.order_id = u.order_id AND n.replaces_unit_id = u.id AND n.line_id = u.line_id) AS in_its_place
            FROM units u
            WHERE u.state = @Replaced
        ) AS replaced
        WHERE in_its_place <> 1
        UNION ALL
        SELECT n.replaces_unit_id, '', CAST(1 AS bigint), CAST(0 AS bigint)
        FROM units n
        LEFT JOIN units u ON u.order_id = n.order_id AND u.id = n.replaces_unit_id
        WHERE n.replaces_unit_id IS NOT NULL AND (u.id IS NULL OR u.state <> @Replaced)
        """;
}

using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Takes a group's keys and stores its orders: one batch, which begins its transaction and ends it, so that no lock is kept while anything travels. It takes
/// all the keys or none: another node may have been faster, and then nothing is stored.
/// </summary>
internal static class SqlServerIntakeWriter
{
    // A key's SKU and day never change, so of what was read only its state and its batch are asked again. State 10 is available.
    // A transaction that a batch with parameters leaves open is an error to the server (266), which is why it is never the caller's.
    internal const string Sql = $"""
        SET NOCOUNT, XACT_ABORT ON;
        DECLARE @missed BIGINT = 0;
        BEGIN TRANSACTION;

        UPDATE k SET state = j.state
        FROM card_keys AS k
        JOIN OPENJSON(@keys) WITH (id BIGINT, state BIGINT) AS j ON j.id = k.id
        WHERE k.state = 10 AND EXISTS (SELECT 1 FROM batches WHERE batches.id = k.batch_id AND {BatchRow.Sells});
        IF @@ROWCOUNT <> @keyCount SET @missed = 1;

        IF @missed = 0
        BEGIN
            INSERT INTO orders (id, storefront_id, client_reference, content_hash, status, version, currency, amount, open_units, allow_partial,
                                source, campaign, buyer, buyer_reference_hash, metadata, completed_at, due_at)
            SELECT j.id, j.storefront_id, j.client_reference, CONVERT(VARBINARY(32), j.content_hash, 2), j.status, j.version, j.currency, j.amount, j.open_units,
                   j.allow_partial, j.source, j.campaign, CONVERT(VARBINARY(MAX), j.buyer, 2), CONVERT(VARBINARY(16), j.buyer_reference_hash, 2), j.metadata,
                   j.completed_at, j.due_at
            FROM OPENJSON(@orders) WITH (id BIGINT, storefront_id BIGINT, client_reference NVARCHAR(4000), content_hash NVARCHAR(64), status BIGINT, version BIGINT,
                                         currency NVARCHAR(3), amount BIGINT, open_units BIGINT, allow_partial BIGINT, source BIGINT, campaign NVARCHAR(4000),
                                         buyer NVARCHAR(MAX), buyer_reference_hash NVARCHAR(64), metadata NVARCHAR(MAX), completed_at BIGINT, due_at BIGINT) AS j;

            INSERT INTO order_lines (order_id, id, storefront_id, sku_id, status, quantity, unit_price, sale_price, recipient, recipient_hash, inputs, metadata,
                                     order_status, unit_count)
            SELECT j.order_id, j.id, j.storefront_id, j.sku_id, j.status, j.quantity, j.unit_price, j.sale_price, CONVERT(VARBINARY(MAX), j.recipient, 2),
                   CONVERT(VARBINARY(16), j.recipient_hash, 2), CONVERT(VARBINARY(MAX), j.inputs, 2), j.metadata, j.order_status,
                   j.unit_count
            FROM OPENJSON(@lines) WITH (order_id BIGINT, id BIGINT, storefront_id BIGINT, sku_id BIGINT, status BIGINT, quantity BIGINT, unit_price BIGINT,
                                        sale_price BIGINT, recipient NVARCHAR(MAX), recipient_hash NVARCHAR(64), inputs NVARCHAR(MAX), metadata NVARCHAR(MAX),
                                        order_status BIGINT, unit_count BIGINT) AS j;

            INSERT INTO units (order_id, id, line_id, state, card_key_id, delivered_at, due_at, failure, revealed_at, sku_id, price)
            SELECT j.order_id, j.id, j.line_id, j.state, j.card_key_id, j.delivered_at, j.due_at, j.failure, j.revealed_at, j.sku_id, j.price
            FROM OPENJSON(@units) WITH (order_id BIGINT, id BIGINT, line_id BIGINT, state BIGINT, card_key_id BIGINT, delivered_at BIGINT, due_at BIGINT,
                                        failure BIGINT, revealed_at BIGINT, sku_id BIGINT, price BIGINT) AS j;

            INSERT INTO holds (order_id, storefront_id, currency, amount, state)
            SELECT j.order_id, j.storefront_id, j.currency, j.amount, j.state
            FROM OPENJSON(@holds) WITH (order_id BIGINT, storefront_id BIGINT, currency NVARCHAR(3), amount BIGINT, state BIGINT) AS j;

            {SqlServerOrderEffects.Statements}
        END;

        IF @missed = 0 COMMIT TRANSACTION ELSE ROLLBACK TRANSACTION;
        SELECT @missed;
        """;

    /// <exception cref="StorageConflictException">Somebody else was faster; nothing is stored.</exception>
    public static async Task WriteAsync(DbConnection connection, IntakeRows rows, SqlServerOrderEffects effects, IReadOnlyDictionary<long, Money?> floors)
    {
        var parameters = effects.Parameters(rows.Effects, floors);
        parameters.AddDynamicParams(new
        {
            keys = SqlServerIntakeRows.Keys(rows.Orders),
            keyCount = (long)rows.Orders.Sum(order => order.Claim.Needs.Sum(need => need.Keys.Count)),
            orders = SqlServerIntakeRows.Orders(rows.Orders),
            lines = SqlServerIntakeRows.Lines(rows.Orders),
            units = SqlServerIntakeRows.Units(rows.Orders),
            holds = SqlServerIntakeRows.Holds(rows.Orders),
        });
        if (await connection.ExecuteScalarAsync<long>(Sql, parameters).ConfigureAwait(false) > 0)
        {
            throw new StorageConflictException();
        }
    }
}

using System.Data.Common;
using Dapper;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <inheritdoc cref="IStorefrontEvents"/>
public sealed class StorefrontEvents(IDatabase database, IdGenerator ids, TimeProvider time) : IStorefrontEvents
{
    /// <summary>The storefront of what every storefront is told.</summary>
    internal const long Everyone = 0;

    /// <inheritdoc/>
    public Task StockLowAsync(string skuCode, NewAlert alert) => database.WriteAsync(async connection =>
    {
        if (await AlertStore.RaiseAsync(connection, alert, ids.Next(), time.GetUtcNow()).ConfigureAwait(false))
        {
            await AddAsync(connection, ids.Next(), Everyone, WebhookEvent.StockLow, new { sku = skuCode }).ConfigureAwait(false);
        }

        return 0;
    });

    /// <summary>For the stores: the event becomes part of the caller's transaction.</summary>
    internal static Task AddAsync(DbConnection connection, long id, long storefrontId, WebhookEvent type, object data) => connection.ExecuteAsync(
        "INSERT INTO outbox (id, storefront_id, type, order_id, status, version, data, waiting) VALUES (@id, @storefrontId, @type, 0, 0, 0, @json, 1)",
        new { id, storefrontId, type, json = StorageJson.Write(data) });

    /// <summary>Tells of a batch to every storefront: none has batches of its own, and each may sell what is in it, or have sold it.</summary>
    internal static async Task AddAsync(DbConnection connection, long id, Batch batch, WebhookEvent type)
    {
        var sku = await connection.QuerySingleAsync<string>("SELECT code FROM skus WHERE id = @id", new { id = batch.Details.SkuId }).ConfigureAwait(false);
        await AddAsync(connection, id, Everyone, type, new { batchId = PublicId.Format(PublicId.Batch, batch.Id), sku, status = batch.Status }).ConfigureAwait(false);
    }
}

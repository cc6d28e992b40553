using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>skus</c>.</summary>
public sealed class SkuStore(IDatabase database, IdGenerator ids) : ISkuStore
{
    /// <inheritdoc/>
    public Task<Result<Sku>> CreateAsync(Sku sku, Actor actor) => database.WriteAsync<Result<Sku>>(async connection =>
    {
        // The unique index decides, so that of two requests at once one is told.
        var inserted = await connection.ExecuteAsync("""
            INSERT INTO skus (
                id, code, name, kind, brand, category, duration, description, instructions, redeem_url, image_url, currency, price, face_value,
                min_per_order, max_per_order, recipient_mode, recipient_pattern, inputs, min_remaining_days, low_stock_at, hold_minutes, on_shelf, after_sales, routes,
                supply, components, updated_at)
            SELECT
                @Id, @Code, @Name, @Kind, @Brand, @Category, @Duration, @Description, @Instructions, @RedeemUrl, @ImageUrl, @Currency, @Price, @FaceValue,
                @MinPerOrder, @MaxPerOrder, @RecipientMode, @RecipientPattern, @Inputs, @MinRemainingDays, @LowStockAt, @HoldMinutes, @OnShelf, @AfterSales, @Routes,
                @Supply, @Components, @UpdatedAt
            WHERE NOT EXISTS (SELECT 1 FROM skus WHERE code = @Code)
            """, SkuRow.From(sku)).ConfigureAwait(false);
        if (inserted == 0)
        {
            return new Refusal(RefusalCode.AlreadyExists, "/code");
        }

        await RecordAsync(connection, actor, "sku.created", sku.Code, null, AuditImage.Of(sku)).ConfigureAwait(false);
        await TellAsync(connection, sku).ConfigureAwait(false);
        return sku;
    });

    /// <inheritdoc/>
    public Task<Result<Sku>> UpdateAsync(string code, Func<Sku, Result<Sku>> change, Actor actor) => database.WriteAsync<Result<Sku>>(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<SkuRow>($"{SkuRow.Select} WHERE code = @code", new { code }).ConfigureAwait(false);
        if (row is null)
        {
            return new Refusal(RefusalCode.NotFound);
        }

        var before = row.ToSku();
        var changed = change(before);
        if (changed.Refusal is not null || AuditImage.Of(before) == AuditImage.Of(changed.Value))
        {
            return changed.Refusal is null ? before : changed;
        }

        await connection.ExecuteAsync("""
            UPDATE skus
            SET name = @Name, brand = @Brand, category = @Category, duration = @Duration, description = @Description, instructions = @Instructions,
                redeem_url = @RedeemUrl, image_url = @ImageUrl, currency = @Currency, price = @Price, face_value = @FaceValue,
                min_per_order = @MinPerOrder, max_per_order = @MaxPerOrder, recipient_mode = @RecipientMode, recipient_pattern = @RecipientPattern,
                inputs = @Inputs, min_remaining_days = @MinRemainingDays, low_stock_at = @LowStockAt, hold_minutes = @HoldMinutes, on_shelf = @OnShelf, left_shelf_at = @LeftShelfAt, synced_shelf = @SyncedShelf, after_sales = @AfterSales, routes = @Routes,
                supply = @Supply, components = @Components,
                updated_at = @UpdatedAt
            WHERE id = @Id
            """, SkuRow.From(changed.Value)).ConfigureAwait(false);
        await RecordAsync(connection, actor, "sku.updated", code, AuditImage.Of(before), AuditImage.Of(changed.Value)).ConfigureAwait(false);
        if (AuditImage.ShownOf(before) != AuditImage.ShownOf(changed.Value))
        {
            await TellAsync(connection, changed.Value).ConfigureAwait(false);
        }

        return changed;
    });

    /// <summary>For the catalogue's snapshot.</summary>
    internal static async Task<List<Sku>> ListAsync(DbConnection connection)
    {
        var rows = await connection.QueryAsync<SkuRow>(SkuRow.Select).ConfigureAwait(false);
        return [.. rows.Select(row => row.ToSku())];
    }

    private Task TellAsync(DbConnection connection, Sku sku) => StorefrontEvents.AddAsync(
        connection, ids.Next(), StorefrontEvents.Everyone, WebhookEvent.SkuUpdated, new { sku = sku.Code, updatedAt = sku.UpdatedAt.UtcDateTime });

    private async Task RecordAsync(DbConnection connection, Actor actor, string action, string code, string? before, string after)
    {
        await AuditStore.AppendAsync(connection, new AuditEntry(ids.Next(), actor, action, "sku:" + code, before, after)).ConfigureAwait(false);
        await CatalogueVersion.RaiseAsync(connection).ConfigureAwait(false);
    }
}

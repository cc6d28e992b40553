using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api;

/// <summary>Batches and stock; API.md, Inventory. Operators see all of it, a supplier's key what it has uploaded itself.</summary>
internal static class InventoryApi
{
    private static readonly Refusal NotForStorefronts = new(RefusalCode.Forbidden, Detail: "Only an operator's or a supplier's key may see and change the inventory.");
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    public static void MapInventory(this WebApplication app)
    {
        ApiJson.Use(InventoryJson.Default);
        var inventory = app.MapGroup("/v1/inventory").RequireScope(Scopes.Inventory).WithTags("Inventory").AddEndpointFilter(KeepStorefrontsOutAsync);
        inventory.MapPost("/batches", BatchUpload.ImportAsync).WithName("ImportBatch").WithSummary("Imports card keys from a streamed CSV or NDJSON body.").WithMetadata(BatchUpload.Body)
            .Refuses(BatchUpload.Refusals);
        inventory.MapGet("/batches", ListAsync).WithName("ListBatches").WithSummary("Lists batches, newest first; ?idempotencyKey= the caller's own under that key.").Refuses(RefusalCode.InvalidRequest, RefusalCode.UnknownSku);
        inventory.MapGet("/batches/{id}", GetAsync).WithName("GetBatch").WithSummary("Shows a batch, while it is importing too.");
        inventory.MapGet("/batches/{id}/errors", ErrorsAsync).WithName("ListBatchErrors").WithSummary("Lists, as CSV, the lines that became no card keys and why.")
            .Produces(StatusCodes.Status200OK, contentType: "text/csv");
        inventory.MapBatchLife();
        inventory.MapGet("/stock", StockAsync).WithName("GetStock").WithSummary("Counts a SKU's card keys by state, in all and per batch.").Refuses(RefusalCode.InvalidRequest, RefusalCode.UnknownSku);
    }

    private static async ValueTask<object?> KeepStorefrontsOutAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Caller.Of(context.HttpContext).Owner.Kind != KeyOwnerKind.Storefront ? await next(context) : new ProblemResult(NotForStorefronts);

    private static async Task<Results<Ok<BatchView>, ProblemResult>> GetAsync(string id, Caller caller, IInventory inventory, ICatalogue catalogue, CancellationToken cancellation) =>
        await FindAsync(id, caller, inventory, cancellation) is { } batch ? TypedResults.Ok(BatchView.Of(batch, catalogue)) : new ProblemResult(NotFound);

    private static async Task<Results<Ok<ListAnswer<BatchView>>, ProblemResult>> ListAsync(
        ListQuery query, string? sku, string? status, string? idempotencyKey, Caller caller, HttpContext http, IInventory inventory, ICatalogue catalogue, CancellationToken cancellation)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "sku", "status", "idempotencyKey")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (idempotencyKey is not null)
        {
            var batch = await inventory.FindAsync(caller.Owner.ToString(), idempotencyKey, cancellation);
            return TypedResults.Ok(new ListAnswer<BatchView>(batch is null ? [] : [BatchView.Of(batch, catalogue)], null));
        }

        long? skuId = null;
        if (sku is not null && (skuId = catalogue.Current.FindSku(sku)?.Id) is null)
        {
            return new ProblemResult(new Refusal(RefusalCode.UnknownSku, "sku"));
        }

        BatchStatus? inStatus = null;
        if (status is not null)
        {
            if (!EnumNameConverter.TryParse<BatchStatus>(status, out var parsed))
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "status", "Not a status of batches."));
            }

            inStatus = parsed;
        }

        var found = await inventory.ListAsync(new BatchFilter(skuId, OwnerSeenBy(caller), inStatus), query.Before, query.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<BatchView>.Of(found, query, batch => batch.Id, batch => BatchView.Of(batch, catalogue)));
    }

    private static async Task<Results<PushStreamHttpResult, ProblemResult>> ErrorsAsync(string id, Caller caller, IInventory inventory, CancellationToken cancellation) =>
        await FindAsync(id, caller, inventory, cancellation) is { } batch
            ? TypedResults.Stream(body => RejectedRowsCsv.WriteAsync(batch.Id, inventory, body, cancellation), "text/csv; charset=utf-8")
            : new ProblemResult(NotFound);

    private static async Task<Results<Ok<StockView>, ProblemResult>> StockAsync(
        string? sku, Caller caller, HttpContext http, IInventory inventory, ICatalogue catalogue, CancellationToken cancellation)
    {
        if (QueryNames.Check(http.Request.Query, "sku") is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (string.IsNullOrEmpty(sku))
        {
            return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "sku", "Say which SKU: ?sku=CODE."));
        }

        if (catalogue.Current.FindSku(sku) is not { } found)
        {
            return new ProblemResult(new Refusal(RefusalCode.UnknownSku, "sku"));
        }

        var stock = await inventory.StockAsync(found.Id, OwnerSeenBy(caller), cancellation);
        return stock.Count == 0 && caller.Owner.Kind == KeyOwnerKind.Supplier && catalogue.Current.FindSupplier(caller.Owner.Code)?.FindSupply(sku) is null
            ? new ProblemResult(new Refusal(RefusalCode.UnknownSku, "sku"))
            : TypedResults.Ok(StockView.Of(sku, stock));
    }

    /// <summary>The batch, if it is there for this caller.</summary>
    public static async Task<Batch?> FindAsync(string id, Caller caller, IInventory inventory, CancellationToken cancellation) =>
        PublicId.TryParse(PublicId.Batch, id, out var batchId)
        && await inventory.FindAsync(batchId, cancellation) is { } batch
        && (OwnerSeenBy(caller) is not { } owner || batch.Owner == owner)
            ? batch
            : null;

    /// <summary>Whose batches a caller sees; null: everybody's.</summary>
    private static string? OwnerSeenBy(Caller caller) => caller.Owner.Kind == KeyOwnerKind.Operator ? null : caller.Owner.ToString();
}

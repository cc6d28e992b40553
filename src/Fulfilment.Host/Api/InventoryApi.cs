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

/// <summary>Batches and stock; API.md, Inventory. For operators: a supplier's key, bound to its own SKUs, comes in a later release.</summary>
internal static class InventoryApi
{
    private static readonly Refusal OperatorsOnly = new(RefusalCode.Forbidden, Detail: "Only an operator's key may see and change the inventory.");
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    public static void MapInventory(this WebApplication app)
    {
        ApiJson.Use(InventoryJson.Default);
        var inventory = app.MapGroup("/v1/inventory").RequireScope(Scopes.Inventory).WithTags("Inventory").AddEndpointFilter(LetOperatorsThroughAsync);
        inventory.MapPost("/batches", BatchUpload.ImportAsync).WithName("ImportBatch").WithSummary("Imports card keys from a streamed CSV or NDJSON body.").WithMetadata(BatchUpload.Body)
            .Refuses(BatchUpload.Refusals);
        inventory.MapGet("/batches", ListAsync).WithName("ListBatches").WithSummary("Lists batches, newest first; ?idempotencyKey= the caller's own under that key.").Refuses(RefusalCode.InvalidRequest, RefusalCode.UnknownSku);
        inventory.MapGet("/batches/{id}", GetAsync).WithName("GetBatch").WithSummary("Shows a batch, while it is importing too.");
        inventory.MapGet("/batches/{id}/errors", ErrorsAsync).WithName("ListBatchErrors").WithSummary("Lists, as CSV, the lines that became no card keys and why.")
            .Produces(StatusCodes.Status200OK, contentType: "text/csv");
        inventory.MapBatchLife();
        inventory.MapGet("/stock", StockAsync).WithName("GetStock").WithSummary("Counts a SKU's card keys by state, in all and per batch.").Refuses(RefusalCode.InvalidRequest, RefusalCode.UnknownSku);
    }

    private static async ValueTask<object?> LetOperatorsThroughAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Caller.Of(context.HttpContext).Owner.Kind == KeyOwnerKind.Operator ? await next(context) : new ProblemResult(OperatorsOnly);

    private static async Task<Results<Ok<BatchView>, ProblemResult>> GetAsync(string id, IInventory inventory, ICatalogue catalogue, CancellationToken cancellation) =>
        await FindAsync(id, inventory, cancellation) is { } batch ? TypedResults.Ok(BatchView.Of(batch, catalogue)) : new ProblemResult(NotFound);

    private static async Task<Results<Ok<ListAnswer<BatchView>>, ProblemResult>> ListAsync(
        ListQuery query, string? sku, string? idempotencyKey, Caller caller, HttpContext http, IInventory inventory, ICatalogue catalogue, CancellationToken cancellation)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "sku", "idempotencyKey")) is { } refusal)
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

        var found = await inventory.ListAsync(skuId, query.Before, query.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<BatchView>.Of(found, query, batch => batch.Id, batch => BatchView.Of(batch, catalogue)));
    }

    private static async Task<Results<PushStreamHttpResult, ProblemResult>> ErrorsAsync(string id, IInventory inventory, CancellationToken cancellation) =>
        await FindAsync(id, inventory, cancellation) is { } batch
            ? TypedResults.Stream(body => RejectedRowsCsv.WriteAsync(batch.Id, inventory, body, cancellation), "text/csv; charset=utf-8")
            : new ProblemResult(NotFound);

    private static async Task<Results<Ok<StockView>, ProblemResult>> StockAsync(
        string? sku, HttpContext http, IInventory inventory, ICatalogue catalogue, CancellationToken cancellation)
    {
        if (QueryNames.Check(http.Request.Query, "sku") is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (string.IsNullOrEmpty(sku))
        {
            return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "sku", "Say which SKU: ?sku=CODE."));
        }

        return catalogue.Current.FindSku(sku) is { } found
            ? TypedResults.Ok(StockView.Of(sku, await inventory.StockAsync(found.Id, cancellation)))
            : new ProblemResult(new Refusal(RefusalCode.UnknownSku, "sku"));
    }

    private static async Task<Batch?> FindAsync(string id, IInventory inventory, CancellationToken cancellation) =>
        PublicId.TryParse(PublicId.Batch, id, out var batchId) ? await inventory.FindAsync(batchId, cancellation) : null;
}

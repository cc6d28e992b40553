using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api;

/// <summary>Takes batches out of sale, and tells who holds what was sold of them.</summary>
internal static class BatchLifeApi
{
    private static readonly Refusal OperatorsOnly = new(RefusalCode.Forbidden, Detail: "A supplier's key may recall its own batches, and nothing else of this kind.");
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    public static void MapBatchLife(this RouteGroupBuilder inventory)
    {
        inventory.MapPost("/batches/{id}/freeze", FreezeAsync).WithName("FreezeBatch").WithSummary("Stops the sale of a batch, reversibly.").Refuses(RefusalCode.StateConflict, RefusalCode.BatchRestored);
        inventory.MapPost("/batches/{id}/unfreeze", UnfreezeAsync).WithName("UnfreezeBatch").WithSummary("Lets a frozen batch be sold again.").Refuses(RefusalCode.StateConflict, RefusalCode.BatchRestored);
        inventory.MapPost("/batches/{id}/recall", RecallAsync).WithName("RecallBatch").WithSummary("Withdraws a batch for good; what is unsold of it is voided.").Refuses(RefusalCode.StateConflict);
        inventory.MapGet("/batches/{id}/orders", OrdersAsync).WithName("ListBatchOrders").WithSummary("Lists the orders that hold sold card keys of a batch, newest card key first.").Refuses(RefusalCode.InvalidRequest);
    }

    private static Task<Results<Ok<BatchView>, ProblemResult>> FreezeAsync(
        string id, JsonBody<GivenReason> body, Caller caller, WithdrawBatch withdraw, ICatalogue catalogue) => ChangeAsync(id, body, caller, withdraw.FreezeAsync, catalogue, Refuse(caller));

    private static Task<Results<Ok<BatchView>, ProblemResult>> UnfreezeAsync(
        string id, JsonBody<GivenReason> body, Caller caller, WithdrawBatch withdraw, ICatalogue catalogue) => ChangeAsync(id, body, caller, withdraw.UnfreezeAsync, catalogue, Refuse(caller));

    private static async Task<Results<Ok<BatchView>, ProblemResult>> RecallAsync(
        string id, JsonBody<GivenReason> body, Caller caller, WithdrawBatch withdraw, IInventory inventory, ICatalogue catalogue, CancellationToken cancellation) =>
        await ChangeAsync(id, body, caller, withdraw.RecallAsync, catalogue, await InventoryApi.FindAsync(id, caller, inventory, cancellation) is null ? NotFound : null);

    private static Refusal? Refuse(Caller caller) => caller.Owner.Kind == KeyOwnerKind.Operator ? null : OperatorsOnly;

    private static async Task<Results<Ok<BatchView>, ProblemResult>> ChangeAsync(
        string id, JsonBody<GivenReason> body, Caller caller, Func<long, string?, Actor, Task<Result<Batch>>> change, ICatalogue catalogue, Refusal? forbidden)
    {
        if ((forbidden ?? body.Refusal) is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Batch, id, out var batchId))
        {
            return new ProblemResult(NotFound);
        }

        var changed = await change(batchId, body.Value.Reason, caller.Actor);
        return changed.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(BatchView.Of(changed.Value, catalogue));
    }

    private static async Task<Results<Ok<ListAnswer<BatchOrderView>>, ProblemResult>> OrdersAsync(
        string id, ListQuery query, Caller caller, HttpContext http, IInventory inventory, IBatchLifeStore store, ICatalogue catalogue, CancellationToken cancellation)
    {
        if ((Refuse(caller) ?? query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (!PublicId.TryParse(PublicId.Batch, id, out var batchId) || await inventory.FindAsync(batchId, cancellation) is not { } batch)
        {
            return new ProblemResult(NotFound);
        }

        var sku = catalogue.Current.FindSku(batch.Details.SkuId)?.Code;
        var found = await store.SoldKeysAsync(batchId, query.Before, query.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<BatchOrderView>.Of(found, query, sold => sold.CardKeyId, sold => BatchOrderView.Of(sold, sku, catalogue)));
    }
}

/// <summary>Why somebody does something.</summary>
internal sealed record GivenReason(string? Reason);

/// <summary>A sold card key of a batch, and the order that holds it.</summary>
internal sealed record BatchOrderView(
    string OrderId, string ClientReference, string? Storefront, string? Sku, string UnitId, UnitState UnitStatus, string CardKeyId, DateTimeOffset? DeliveredAt)
{
    public static BatchOrderView Of(SoldKey sold, string? sku, ICatalogue catalogue) => new(
        PublicId.Format(PublicId.Order, sold.OrderId),
        sold.ClientReference,
        catalogue.Current.Storefronts.FirstOrDefault(storefront => storefront.Id == sold.StorefrontId)?.Code,
        sku,
        PublicId.Format(PublicId.Unit, sold.UnitId),
        sold.Unit,
        PublicId.Format(PublicId.CardKey, sold.CardKeyId),
        sold.DeliveredAtMs is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
}

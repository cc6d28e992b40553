using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers.Products;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>What a supplier sells, and how the catalogue follows it.</summary>
internal static class AdminSupplierProducts
{
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    public static void MapAdminSupplierProducts(this RouteGroupBuilder admin)
    {
        admin.MapGet("/suppliers/{code}/products", ListAsync).WithName("ListSupplierProducts").WithSummary("Lists what a supplier sells, as it last told.");
        admin.MapPost("/suppliers/{code}/products/preview", PreviewAsync).WithName("PreviewProducts").WithSummary("Asks a supplier what it sells and shows what a synchronisation would change.")
            .Refuses(RefusalCode.NotFound, RefusalCode.StateConflict);
        admin.MapPost("/suppliers/{code}/products/sync", SyncAsync).WithName("SyncProducts").WithSummary("Applies a plan that the preview has shown, if it is still true.")
            .Refuses(RefusalCode.StateConflict);
        admin.MapGet("/suppliers/{code}/mark-ups", GetMarkUpsAsync).WithName("GetMarkUps").WithSummary("Shows how prices follow a supplier's costs.");
        admin.MapPut("/suppliers/{code}/mark-ups", ReplaceMarkUpsAsync).WithName("ReplaceMarkUps").WithSummary("Replaces how prices follow a supplier's costs.")
            .Refuses(RefusalCode.UnknownSku);
    }

    private static async Task<Results<Ok<ListAnswer<ProductView>>, ProblemResult>> ListAsync(
        string code, ListQuery page, HttpContext http, ICatalogue catalogue, ISupplierProductStore products, CancellationToken cancellation)
    {
        if ((page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (catalogue.Current.FindSupplier(code) is not { } supplier)
        {
            return new ProblemResult(NotFound);
        }

        var found = await products.ListAsync(supplier.Id, page.Before, page.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<ProductView>.Of(found, page, product => product.Id, ProductView.Of));
    }

    private static async Task<Results<Ok<ProductPlanView>, ProblemResult>> PreviewAsync(string code, SyncProducts sync, CancellationToken cancellation)
    {
        var plan = await sync.PreviewAsync(code, cancellation);
        return plan.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(ProductPlanView.Of(plan.Value));
    }

    private static async Task<Results<Ok<SyncedProductsView>, ProblemResult>> SyncAsync(string code, JsonBody<ProductSyncBody> body, Caller caller, SyncProducts sync)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var synced = await sync.ApplyAsync(code, body.Value.Plan, [.. (body.Value.Create ?? []).Select(creation => creation.Read())], caller.Actor);
        return synced.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(SyncedProductsView.Of(synced.Value));
    }

    private static async Task<Results<Ok<MarkUpsBody>, ProblemResult>> GetMarkUpsAsync(
        string code, ICatalogue catalogue, ISupplierProductStore products, CancellationToken cancellation) =>
        catalogue.Current.FindSupplier(code) is { } supplier
            ? TypedResults.Ok(MarkUpsBody.Of(await products.FindMarkUpsAsync(supplier.Id, cancellation)))
            : new ProblemResult(NotFound);

    private static async Task<Results<Ok<MarkUpsBody>, ProblemResult>> ReplaceMarkUpsAsync(string code, JsonBody<MarkUpsBody> body, Caller caller, ReplaceMarkUps replace)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var replaced = await replace.RunAsync(code, body.Value.Rule?.Read(), [.. body.Value.Skus.Select(entry => entry.Read())], caller.Actor);
        return replaced.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(MarkUpsBody.Of(replaced.Value));
    }
}

using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>SKUs, on the shelf or off it. Reads come from the snapshot in memory.</summary>
internal static class AdminSkus
{
    public static void MapAdminSkus(this RouteGroupBuilder admin)
    {
        admin.MapPost("/skus", CreateAsync).WithName("CreateSku").WithSummary("Adds a SKU to the catalogue.").Refuses(RefusalCode.AlreadyExists);
        admin.MapGet("/skus", List).WithName("ListAdminSkus").WithSummary("Lists SKUs, newest first.");
        admin.MapGet("/skus/{code}", Get).WithName("GetAdminSku").WithSummary("Shows a SKU.");
        admin.MapPatch("/skus/{code}", UpdateAsync).WithName("UpdateSku").WithSummary("Changes the given fields of a SKU.");
    }

    private static async Task<Results<Created<AdminSku>, ProblemResult>> CreateAsync(JsonBody<NewSku> body, Caller caller, CreateSku create)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var created = await create.RunAsync(body.Value.Read(), caller.Actor);
        return created.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Created($"/v1/admin/skus/{created.Value.Code}", AdminSku.Of(created.Value));
    }

    private static async Task<Results<Ok<AdminSku>, ProblemResult>> UpdateAsync(string code, JsonBody<SkuChanges> body, Caller caller, UpdateSku update)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var updated = await update.RunAsync(code, body.Value.Read(), caller.Actor);
        return updated.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(AdminSku.Of(updated.Value));
    }

    private static Results<Ok<AdminSku>, ProblemResult> Get(string code, ICatalogue catalogue) =>
        catalogue.Current.FindSku(code) is { } sku ? TypedResults.Ok(AdminSku.Of(sku)) : new ProblemResult(new Refusal(RefusalCode.NotFound));

    private static Results<Ok<ListAnswer<AdminSku>>, ProblemResult> List(ListQuery query, HttpContext http, ICatalogue catalogue)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = catalogue.Current.Skus.Where(sku => sku.Id < query.Before).Take(query.Limit + 1).ToList();
        return TypedResults.Ok(ListAnswer<AdminSku>.Of(found, query, sku => sku.Id, AdminSku.Of));
    }
}

using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Suppliers and what is agreed with them.</summary>
internal static class AdminSuppliers
{
    public static void MapAdminSuppliers(this RouteGroupBuilder admin)
    {
        admin.MapPost("/suppliers", CreateAsync).WithName("CreateSupplier").WithSummary("Takes on a supplier.").Refuses(RefusalCode.AlreadyExists, RefusalCode.UnknownSku);
        admin.MapGet("/suppliers", List).WithName("ListSuppliers").WithSummary("Lists suppliers, newest first.");
        admin.MapGet("/suppliers/{code}", Get).WithName("GetSupplier").WithSummary("Shows a supplier.");
        admin.MapPatch("/suppliers/{code}", UpdateAsync).WithName("UpdateSupplier").WithSummary("Changes the given fields of a supplier.").Refuses(RefusalCode.UnknownSku);
    }

    private static async Task<Results<Created<AdminSupplier>, ProblemResult>> CreateAsync(JsonBody<NewSupplier> body, Caller caller, CreateSupplier create)
    {
        if ((body.Refusal ?? body.Value.Refuse()) is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var created = await create.RunAsync(body.Value.Read(), caller.Actor);
        return created.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Created($"/v1/admin/suppliers/{created.Value.Code}", AdminSupplier.Of(created.Value));
    }

    private static async Task<Results<Ok<AdminSupplier>, ProblemResult>> UpdateAsync(string code, JsonBody<SupplierChanges> body, Caller caller, UpdateSupplier update)
    {
        if ((body.Refusal ?? body.Value.Refuse()) is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var updated = await update.RunAsync(code, body.Value.Read(), caller.Actor);
        return updated.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(AdminSupplier.Of(updated.Value));
    }

    private static Results<Ok<AdminSupplier>, ProblemResult> Get(string code, ICatalogue catalogue) =>
        catalogue.Current.FindSupplier(code) is { } supplier ? TypedResults.Ok(AdminSupplier.Of(supplier)) : new ProblemResult(new Refusal(RefusalCode.NotFound));

    private static Results<Ok<ListAnswer<AdminSupplier>>, ProblemResult> List(ListQuery query, HttpContext http, ICatalogue catalogue)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = catalogue.Current.Suppliers.Where(supplier => supplier.Id < query.Before).Take(query.Limit + 1).ToList();
        return TypedResults.Ok(ListAnswer<AdminSupplier>.Of(found, query, supplier => supplier.Id, AdminSupplier.Of));
    }
}

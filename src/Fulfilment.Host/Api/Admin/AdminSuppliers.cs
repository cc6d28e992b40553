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
        admin.MapPost("/suppliers/{code}/pause", PauseAsync).WithName("PauseSupplier").WithSummary("Lets routes pass a supplier by.");
        admin.MapPost("/suppliers/{code}/resume", ResumeAsync).WithName("ResumeSupplier").WithSummary("Ends a supplier's pause.");
        admin.MapGet("/suppliers/{code}/balance", BalanceAsync).WithName("GetSupplierBalance").WithSummary("Asks a supplier for our balance there.")
            .Refuses(RefusalCode.StateConflict);
    }

    private static async Task<Results<Created<AdminSupplier>, ProblemResult>> CreateAsync(JsonBody<NewSupplier> body, Caller caller, CreateSupplier create, SupplierView view)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var created = await create.RunAsync(body.Value.Read(), caller.Actor);
        return created.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Created($"/v1/admin/suppliers/{created.Value.Code}", view.Of(created.Value));
    }

    private static async Task<Results<Ok<AdminSupplier>, ProblemResult>> UpdateAsync(string code, JsonBody<SupplierChanges> body, Caller caller, UpdateSupplier update, SupplierView view)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var updated = await update.RunAsync(code, body.Value.Read(), caller.Actor);
        return updated.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(view.Of(updated.Value));
    }

    private static Results<Ok<AdminSupplier>, ProblemResult> Get(string code, ICatalogue catalogue, SupplierView view) =>
        catalogue.Current.FindSupplier(code) is { } supplier ? TypedResults.Ok(view.Of(supplier)) : new ProblemResult(new Refusal(RefusalCode.NotFound));

    private static Results<Ok<ListAnswer<AdminSupplier>>, ProblemResult> List(ListQuery query, HttpContext http, ICatalogue catalogue, SupplierView view)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = catalogue.Current.Suppliers.Where(supplier => supplier.Id < query.Before).Take(query.Limit + 1).ToList();
        return TypedResults.Ok(ListAnswer<AdminSupplier>.Of(found, query, supplier => supplier.Id, view.Of));
    }

    private static Task<Results<Ok<AdminSupplier>, ProblemResult>> PauseAsync(string code, JsonBody<PauseReason> body, Caller caller, PauseSupplier pause, SupplierView view) =>
        SetPausedAsync(code, paused: true, body, caller, pause, view);

    private static Task<Results<Ok<AdminSupplier>, ProblemResult>> ResumeAsync(string code, JsonBody<PauseReason> body, Caller caller, PauseSupplier pause, SupplierView view) =>
        SetPausedAsync(code, paused: false, body, caller, pause, view);

    private static async Task<Results<Ok<AdminSupplier>, ProblemResult>> SetPausedAsync(
        string code, bool paused, JsonBody<PauseReason> body, Caller caller, PauseSupplier pause, SupplierView view)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var updated = await pause.RunAsync(code, paused, body.Value.Reason, caller.Actor);
        return updated.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(view.Of(updated.Value));
    }

    private static async Task<Results<Ok<SupplierBalanceAnswer>, ProblemResult>> BalanceAsync(string code, ICatalogue catalogue, ISuppliers suppliers, CancellationToken cancellation)
    {
        if (catalogue.Current.FindSupplier(code) is null)
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        if (suppliers.Find(code) is not { } supplier)
        {
            return new ProblemResult(new Refusal(RefusalCode.StateConflict, Detail: "The supplier has no adapter, or none that its settings fit."));
        }

        if (!supplier.TellsBalance)
        {
            return new ProblemResult(new Refusal(RefusalCode.StateConflict, Detail: "The supplier's file defines no \"balance\", so it cannot be asked for one."));
        }

        return await supplier.BalanceAsync(cancellation) is { } balance
            ? TypedResults.Ok(new SupplierBalanceAnswer(code, balance.Amount, balance.Currency))
            : new ProblemResult(new Refusal(RefusalCode.StateConflict, Detail: "The supplier tells no balance now: it did not answer, or not as it should."));
    }
}

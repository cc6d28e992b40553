using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Units that are not delivered: what suppliers are at, the manual queue, unknowns; and what people do about them.</summary>
internal static class AdminUnits
{
    private static readonly ProblemResult NotFound = new(new Refusal(RefusalCode.NotFound));

    public static void MapAdminUnits(this RouteGroupBuilder admin)
    {
        admin.MapGet("/units", ListAsync).WithName("ListUnits").WithSummary("Lists units that are not delivered, newest first.")
            .TakesQuery("state", "pending, processing, manual, unknown or failed; all but the last without it.")
            .TakesQuery("supplier", "Units that this supplier is at, or may have issued.")
            .TakesQuery("sku", "Units of this SKU.")
            .TakesQuery("to", "Units ordered before this time (RFC 3339).");
        admin.MapGet("/units/{id}", GetAsync).WithName("GetUnit").WithSummary("Shows a unit with everything that was tried for it; audited.");
        admin.MapPost("/units/{id}/take", TakeAsync).WithName("TakeUnit").WithSummary("Takes a unit of the manual queue for a quarter of an hour, or renews that.")
            .Refuses(RefusalCode.StateConflict);
        admin.MapPost("/units/{id}/release", ReleaseAsync).WithName("ReleaseUnit").WithSummary("Gives back a unit that was taken.").Refuses(RefusalCode.StateConflict);
        admin.MapPost("/units/{id}/deliver", DeliverAsync).WithName("DeliverUnit").WithSummary("Delivers a unit that was taken.")
            .Refuses(RefusalCode.StateConflict, RefusalCode.AlreadyExists);
        admin.MapPost("/units/{id}/fail", FailAsync).WithName("FailUnit").WithSummary("Ends a unit that was taken, undelivered.").Refuses(RefusalCode.StateConflict);
        admin.MapPost("/units/{id}/settle", SettleAsync).WithName("SettleUnit").WithSummary("Proposes how an unknown ends that no query can settle.")
            .Refuses(RefusalCode.StateConflict, RefusalCode.AlreadyExists);
        admin.MapPost("/units/{id}/resubmit", ResubmitAsync).WithName("ResubmitUnit").WithSummary("Sends a failed unit round its routes again.")
            .Refuses(RefusalCode.StateConflict, RefusalCode.InsufficientBalance);
    }

    private static async Task<Results<Ok<ListAnswer<UnitListView>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, IUnitOverview units, ICatalogue catalogue, UnitPresenter presenter, CancellationToken cancellation)
    {
        if (Read(page, http, catalogue.Current, out var query) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await units.ListAsync(query, cancellation);
        var shown = found.Take(page.Limit).ToList();
        return TypedResults.Ok(new ListAnswer<UnitListView>(
            [.. shown.Select(presenter.Show)], found.Count > page.Limit ? Cursor.Format(shown[^1].OrderId, shown[^1].Id) : null));
    }

    private static Refusal? Read(ListQuery page, HttpContext http, CatalogueSnapshot catalogue, out UnitQuery query)
    {
        var values = http.Request.Query;
        var to = (DateTimeOffset?)null;
        query = new UnitQuery(UnitQuery.Open, page.Before, page.Within, page.Limit + 1);
        if ((page.Refusal ?? QueryNames.Check(values, "limit", "cursor", "state", "supplier", "sku", "to") ?? QueryTimes.Read(values, "to", out to)) is { } refusal)
        {
            return refusal;
        }

        query = query with { To = to };
        if (values["state"] is [{ } name])
        {
            if (!EnumNameConverter.TryParse<UnitState>(name, out var state) || !(UnitQuery.Open.Contains(state) || state == UnitState.Failed))
            {
                return new Refusal(RefusalCode.InvalidRequest, "state", "One of pending, processing, manual, unknown, failed.");
            }

            query = query with { States = [state] };
        }

        if (values["supplier"] is [{ } supplier])
        {
            if (catalogue.FindSupplier(supplier) is not { } known)
            {
                return new Refusal(RefusalCode.InvalidRequest, "supplier", "There is no supplier of this code.");
            }

            query = query with { SupplierId = known.Id };
        }

        if (values["sku"] is [{ } sku])
        {
            if (catalogue.FindSku(sku) is not { } known)
            {
                return new Refusal(RefusalCode.InvalidRequest, "sku", "There is no SKU of this code.");
            }

            query = query with { SkuId = known.Id };
        }

        return null;
    }

    private static async Task<Results<Ok<UnitDetailView>, ProblemResult>> GetAsync(string id, Caller caller, LookAtUnit look, UnitPresenter presenter, CancellationToken cancellation)
    {
        if (!PublicId.TryParse(PublicId.Unit, id, out var unitId))
        {
            return NotFound;
        }

        var shown = await look.RunAsync(unitId, caller.Actor, cancellation);
        return shown.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(presenter.Show(shown.Value));
    }

    // Not bound to the request: whoever has taken a unit is also told so.
    private static async Task<Results<Ok<TakenUnitView>, ProblemResult>> TakeAsync(string id, Caller caller, TakeUnit take, IUnitOverview units, UnitPresenter presenter)
    {
        if (!PublicId.TryParse(PublicId.Unit, id, out var unitId))
        {
            return NotFound;
        }

        var taken = await take.TakeAsync(unitId, caller.Actor);
        return taken.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Ok(presenter.ShowTaken((await units.FindAsync(unitId, CancellationToken.None))!.Unit, taken.Value));
    }

    private static async Task<Results<NoContent, ProblemResult>> ReleaseAsync(string id, Caller caller, TakeUnit take)
    {
        if (!PublicId.TryParse(PublicId.Unit, id, out var unitId))
        {
            return NotFound;
        }

        return await take.ReleaseAsync(unitId, caller.Actor) is { } refusal ? new ProblemResult(refusal) : TypedResults.NoContent();
    }

    private static Task<Results<Ok<DecisionView>, Accepted<DecisionView>, ProblemResult>> DeliverAsync(
        string id, JsonBody<HandDeliveryBody> body, Caller caller, DeliverByHand deliver, ICatalogue catalogue) =>
        DecideAsync(id, body, catalogue, (unitId, given) => deliver.DeliverAsync(unitId, given.Read(), caller.Actor));

    private static async Task<Results<Accepted<DecisionView>, ProblemResult>> SettleAsync(
        string id, JsonBody<SettlementBody> body, Caller caller, SettleUnknown settle, ICatalogue catalogue)
    {
        var proposed = await DecideAsync(id, body, catalogue, (unitId, given) => settle.ProposeAsync(unitId, given.Read(), caller.Actor));
        return proposed.Result switch
        {
            Accepted<DecisionView> waits => waits,
            ProblemResult problem => problem,
            _ => throw new InvalidOperationException("An unknown was settled without a second person."),
        };
    }

    private static async Task<Results<Ok<DecisionView>, ProblemResult>> FailAsync(
        string id, JsonBody<UnitReason> body, Caller caller, DeliverByHand deliver, ICatalogue catalogue) =>
        Done(await DecideAsync(id, body, catalogue, (unitId, given) => deliver.FailAsync(unitId, given.Reason, caller.Actor)));

    private static async Task<Results<Ok<DecisionView>, ProblemResult>> ResubmitAsync(
        string id, JsonBody<UnitReason> body, Caller caller, ResubmitUnit resubmit, ICatalogue catalogue) =>
        Done(await DecideAsync(id, body, catalogue, (unitId, given) => resubmit.RunAsync(unitId, given.Reason, caller.Actor)));

    private static async Task<Results<Ok<DecisionView>, Accepted<DecisionView>, ProblemResult>> DecideAsync<T>(
        string id, JsonBody<T> body, ICatalogue catalogue, Func<long, T, Task<Result<UnitDecision>>> decide)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Unit, id, out var unitId))
        {
            return NotFound;
        }

        var decided = await decide(unitId, body.Value);
        if (decided.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var view = DecisionView.Of(decided.Value, catalogue);
        return decided.Value.Status == UnitDecisionStatus.PendingApproval ? TypedResults.Accepted($"/v1/admin/units/{id}", view) : TypedResults.Ok(view);
    }

    // What waits for nobody is done.
    private static Results<Ok<DecisionView>, ProblemResult> Done(Results<Ok<DecisionView>, Accepted<DecisionView>, ProblemResult> answer) => answer.Result switch
    {
        Ok<DecisionView> done => done,
        ProblemResult problem => problem,
        _ => throw new InvalidOperationException("A decision waits that needs no approval."),
    };
}

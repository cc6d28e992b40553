using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>What suppliers sent for attempts that we do not know.</summary>
internal static class AdminStrayCallbacks
{
    public static void MapAdminStrayCallbacks(this RouteGroupBuilder admin) =>
        admin.MapGet("/stray-callbacks", ListAsync).WithName("ListStrayCallbacks").WithSummary("Lists callbacks for attempts that we do not know, newest first; audited.")
            .TakesQuery("supplier", "Of this supplier.");

    private static async Task<Results<Ok<ListAnswer<StrayCallbackView>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, Caller caller, LookAtStrayCallbacks look, ICatalogue catalogue, CancellationToken cancellation)
    {
        var values = http.Request.Query;
        if ((page.Refusal ?? QueryNames.Check(values, "limit", "cursor", "supplier")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        long? supplierId = null;
        if (values["supplier"] is [{ } code])
        {
            if (catalogue.Current.FindSupplier(code) is not { } supplier)
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "supplier", "There is no supplier of this code."));
            }

            supplierId = supplier.Id;
        }

        var (shown, goesOn) = await look.RunAsync(page.Before, page.Limit, supplierId, caller.Actor, cancellation);
        return TypedResults.Ok(ListAnswer<StrayCallbackView>.Of(shown, goesOn, stray => stray.Callback.Id, stray => StrayCallbackView.Of(stray, catalogue)));
    }
}

/// <summary>A callback for an attempt that we do not know, masked.</summary>
internal sealed record StrayCallbackView(string Id, string? Supplier, string? Reference, DateTimeOffset At, string Body)
{
    public static StrayCallbackView Of(ShownStrayCallback shown, ICatalogue catalogue) => new(
        PublicId.Format(PublicId.StrayCallback, shown.Callback.Id), UnitPresenter.SupplierOf(shown.Callback.SupplierId, catalogue), shown.Callback.Reference,
        IdGenerator.TimeOf(shown.Callback.Id), shown.Text);
}

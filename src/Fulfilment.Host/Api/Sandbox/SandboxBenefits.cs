using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;
using Fulfilment.Core.Sandbox;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Sandbox;

/// <summary><c>/v1/benefits/search</c> for a test key: over the storefront's sandbox orders.</summary>
internal static class SandboxBenefits
{
    public static async Task<Results<Ok<ListAnswer<BenefitView>>, ProblemResult>> SearchAsync(
        ListQuery page, JsonBody<BenefitSearch> body, Caller caller, HttpContext http, ISandboxStore store, SandboxPresenter presenter, IPersonalDataProtection people)
    {
        if ((OrdersApi.Storefront(caller, out var storefront) ?? page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor") ?? body.Refusal) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var person = Person.Read(body.Value.Recipient, body.Value.BuyerReference, people);
        return person.Refusal is { } nobody
            ? new ProblemResult(nobody)
            : TypedResults.Ok(await SandboxPages.ReadAsync(
                page,
                (before, limit) => store.FindByPersonAsync(storefront.Id, person.Value, before, limit, http.RequestAborted),
                order => presenter.Benefits(order, person.Value)));
    }
}

using System.Text.Json.Serialization;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.Sandbox;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api;

/// <summary>What a person was given. The person stands in the body, because addresses end up in the logs of everything on the way.</summary>
internal static class BenefitsApi
{
    public static void MapBenefits(this WebApplication app)
    {
        ApiJson.Use(BenefitsJson.Default);
        app.MapPost("/v1/benefits/search", SearchAsync).InSandbox(SandboxBenefits.SearchAsync).RequireScope(Scopes.Orders).WithTags("Orders")
            .WithName("SearchBenefits").WithSummary("Lists the units of a person, newest first.");
    }

    private static async Task<Results<Ok<ListAnswer<BenefitView>>, ProblemResult>> SearchAsync(
        ListQuery page, JsonBody<BenefitSearch> body, Caller caller, HttpContext http, SearchBenefits search)
    {
        if ((OrdersApi.Storefront(caller, out var storefront) ?? page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor") ?? body.Refusal) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        BenefitPosition? after = page.Before == long.MaxValue ? null : new BenefitPosition(page.Before, page.Within);
        var found = await search.RunAsync(storefront.Id, body.Value, after, page.Limit, http.RequestAborted);
        return found.Refusal is { } bad
            ? new ProblemResult(bad)
            : TypedResults.Ok(new ListAnswer<BenefitView>(found.Value.Units, found.Value.Next is { } next ? Cursor.Format(next.OrderId, next.UnitId) : null));
    }
}

[JsonSerializable(typeof(BenefitSearch))]
[JsonSerializable(typeof(ListAnswer<BenefitView>))]
internal sealed partial class BenefitsJson : JsonSerializerContext;

using Fulfilment.Core;
using Fulfilment.Core.Sandbox;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Sandbox;

/// <summary><c>/v1/skus</c> for a test key: the built-in SKUs and no others.</summary>
internal static class SandboxSkusApi
{
    public static Results<Ok<ListAnswer<SkuView>>, ProblemResult> ListAsync(ListQuery query, string? updatedSince, Caller caller, HttpContext http)
    {
        var found = SkusApi.Find(SandboxSkus.Listed, query, updatedSince, http);
        return found.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Ok(ListAnswer<SkuView>.Of(found.Value, query, sku => sku.Id, sku => SkuView.Of(sku, SandboxSkus.Sold, SandboxSkus.StockLevels, caller)));
    }

    public static Results<Ok<SkuView>, ProblemResult> GetAsync(string code, Caller caller) =>
        SandboxSkus.Listed.FirstOrDefault(sku => sku.Code == code) is { } sku
            ? TypedResults.Ok(SkuView.Of(sku, SandboxSkus.Sold, SandboxSkus.StockLevels, caller))
            : new ProblemResult(new Refusal(RefusalCode.NotFound));
}

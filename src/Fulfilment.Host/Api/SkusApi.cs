using System.Text.Json.Serialization;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.Sandbox;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api;

/// <summary>What a storefront can order. SKUs off the shelf are not there, but for those that have left it since a time asked for. Neither list nor look-up asks the database.</summary>
internal static class SkusApi
{
    public static void MapSkus(this WebApplication app)
    {
        ApiJson.Use(SkusJson.Default);
        var skus = app.MapGroup("/v1/skus").RequireScope(Scopes.Orders).WithTags("SKUs");
        skus.MapGet("", ListAsync).InSandbox(SandboxSkusApi.ListAsync).WithName("ListSkus").WithSummary("Lists the SKUs that can be ordered, newest first; ?updatedSince= those changed at or after a time, and those that left the shelf since.");
        skus.MapGet("/{code}", GetAsync).InSandbox(SandboxSkusApi.GetAsync).WithName("GetSku").WithSummary("Shows a SKU that can be ordered.");
    }

    private static async Task<Results<Ok<ListAnswer<SkuView>>, ProblemResult>> ListAsync(
        ListQuery query, string? updatedSince, Caller caller, HttpContext http, ICatalogue catalogue, IStockLevels stock, CancellationToken cancellation)
    {
        var found = Find(catalogue.Current.Skus, query, updatedSince, http);
        if (found.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var available = await stock.GetAsync(cancellation);
        return TypedResults.Ok(ListAnswer<SkuView>.Of(found.Value, query, sku => sku.Id, sku => SkuView.Of(sku, catalogue.Current, available, caller)));
    }

    internal static Result<List<Sku>> Find(IReadOnlyList<Sku> skus, ListQuery query, string? updatedSince, HttpContext http)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "updatedSince")) is { } refusal)
        {
            return refusal;
        }

        var since = DateTimeOffset.MinValue;
        if (updatedSince is not null && !Rfc3339.TryParse(updatedSince, out since))
        {
            return new Refusal(RefusalCode.InvalidRequest, "updatedSince", Rfc3339.Expected);
        }

        // By id and not by time of change: a SKU that is changed while somebody pages through stays in its place.
        return skus.Where(sku => sku.Id < query.Before && (sku.OnShelf ? sku.UpdatedAt >= since : updatedSince is not null && sku.LeftShelfAt >= since)).Take(query.Limit + 1).ToList();
    }

    private static async Task<Results<Ok<SkuView>, ProblemResult>> GetAsync(string code, Caller caller, ICatalogue catalogue, IStockLevels stock, CancellationToken cancellation) =>
        catalogue.Current.FindSku(code) is { OnShelf: true } sku
            ? TypedResults.Ok(SkuView.Of(sku, catalogue.Current, await stock.GetAsync(cancellation), caller))
            : new ProblemResult(new Refusal(RefusalCode.NotFound));
}

[JsonSerializable(typeof(SkuView))]
[JsonSerializable(typeof(ListAnswer<SkuView>))]
internal sealed partial class SkusJson : JsonSerializerContext;

using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Storefronts and what they pay in.</summary>
internal static class AdminStorefronts
{
    public static void MapAdminStorefronts(this RouteGroupBuilder admin)
    {
        admin.MapPost("/storefronts", CreateAsync).WithName("CreateStorefront").WithSummary("Takes on a storefront.").Refuses(RefusalCode.AlreadyExists);
        admin.MapGet("/storefronts", List).WithName("ListStorefronts").WithSummary("Lists storefronts, newest first.");
        admin.MapGet("/storefronts/{code}", GetAsync).WithName("GetStorefront").WithSummary("Shows a storefront with its wallets.");
        admin.MapPatch("/storefronts/{code}", UpdateAsync).WithName("UpdateStorefront").WithSummary("Changes the given fields of a storefront.").Refuses(RefusalCode.WalletNotEmpty);
        admin.MapPost("/storefronts/{code}/deposits", DepositAsync).WithName("RecordDeposit").WithSummary("Records money that a storefront paid in, once for each Idempotency-Key.").Refuses(RefusalCode.IdempotencyMismatch);
    }

    private static async Task<Results<Created<AdminStorefront>, ProblemResult>> CreateAsync(JsonBody<NewStorefront> body, Caller caller, CreateStorefront create)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var created = await create.RunAsync(body.Value.Read(), caller.Actor);
        return created.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Created($"/v1/admin/storefronts/{created.Value.Code}", AdminStorefront.Of(created.Value));
    }

    private static async Task<Results<Ok<AdminStorefront>, ProblemResult>> UpdateAsync(string code, JsonBody<StorefrontChanges> body, Caller caller, UpdateStorefront update)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var updated = await update.RunAsync(code, body.Value.Read(), caller.Actor);
        return updated.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(AdminStorefront.Of(updated.Value));
    }

    private static async Task<Results<Ok<AdminStorefrontWithWallets>, ProblemResult>> GetAsync(string code, ICatalogue catalogue, IWalletStore wallets, CancellationToken cancellation)
    {
        if (catalogue.Current.FindStorefront(code) is not { } storefront)
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var found = await wallets.ListAsync(storefront.Id, cancellation);
        return TypedResults.Ok(new AdminStorefrontWithWallets(AdminStorefront.Of(storefront), [.. found.Select(wallet => WalletBody.Of(wallet, storefront))]));
    }

    private static Results<Ok<ListAnswer<AdminStorefront>>, ProblemResult> List(ListQuery query, HttpContext http, ICatalogue catalogue)
    {
        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = catalogue.Current.Storefronts.Where(storefront => storefront.Id < query.Before).Take(query.Limit + 1).ToList();
        return TypedResults.Ok(ListAnswer<AdminStorefront>.Of(found, query, storefront => storefront.Id, AdminStorefront.Of));
    }

    private static async Task<Results<Created<DepositAnswer>, Ok<DepositAnswer>, ProblemResult>> DepositAsync(
        string code, JsonBody<DepositFields> body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, Caller caller, RecordDeposit record)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var recorded = await record.RunAsync(code, body.Value, idempotencyKey, caller.Actor);
        if (recorded.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var answer = DepositAnswer.Of(recorded.Value);
        return recorded.Value.IsRepeat ? TypedResults.Ok(answer) : TypedResults.Created($"/v1/admin/storefronts/{code}", answer);
    }
}

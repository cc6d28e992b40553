using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys.Life;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Single card keys, for the support desk: found by what stands on the card, shown with their history, never with their code.</summary>
internal static class AdminCardKeys
{
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    public static void MapAdminCardKeys(this RouteGroupBuilder admin)
    {
        var keys = admin.MapGroup("/card-keys");
        keys.MapPost("/search", SearchAsync).WithName("SearchCardKeys").WithSummary("Finds card keys by id, by number, or by secret with or without number.");
        keys.MapGet("/{id}", GetAsync).WithName("GetCardKey").WithSummary("Shows a card key, who has it, and its custody chain.");
        keys.MapPost("/{id}/freeze", FreezeAsync).WithName("FreezeCardKey").WithSummary("Takes an available card key out of sale, reversibly.").Refuses(RefusalCode.StateConflict, RefusalCode.BatchNotSellable);
        keys.MapPost("/{id}/unfreeze", UnfreezeAsync).WithName("UnfreezeCardKey").WithSummary("Lets a frozen card key be sold again.").Refuses(RefusalCode.StateConflict, RefusalCode.BatchNotSellable);
        keys.MapPost("/{id}/void", VoidAsync).WithName("VoidCardKey").WithSummary("Takes an available or frozen card key out of the stock for good.").Refuses(RefusalCode.StateConflict);
    }

    private static async Task<Results<Ok<ListAnswer<CardKeyView>>, ProblemResult>> SearchAsync(
        JsonBody<CardKeyQuestion> body, Caller caller, FindCardKey find, ICatalogue catalogue, CancellationToken cancellation)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        long? cardKeyId = null;
        if (body.Value.Id is { } id)
        {
            if (!PublicId.TryParse(PublicId.CardKey, id, out var parsed))
            {
                return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "/id", "Not the id of a card key, which begins with crd_."));
            }

            cardKeyId = parsed;
        }

        var found = await find.SearchAsync(new CardKeySearch(cardKeyId, body.Value.Number, body.Value.Secret), caller.Actor, cancellation);
        return found.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Ok(new ListAnswer<CardKeyView>([.. found.Value.Select(file => CardKeyView.Of(file, catalogue))], null));
    }

    private static async Task<Results<Ok<CardKeyView>, ProblemResult>> GetAsync(string id, FindCardKey find, ICatalogue catalogue, CancellationToken cancellation) =>
        PublicId.TryParse(PublicId.CardKey, id, out var cardKeyId) ? await ShowAsync(cardKeyId, find, catalogue, cancellation) : new ProblemResult(NotFound);

    private static Task<Results<Ok<CardKeyView>, ProblemResult>> FreezeAsync(
        string id, JsonBody<GivenReason> body, Caller caller, ChangeCardKey change, FindCardKey find, ICatalogue catalogue) =>
        ChangeAsync(id, body, caller, change.FreezeAsync, find, catalogue);

    private static Task<Results<Ok<CardKeyView>, ProblemResult>> UnfreezeAsync(
        string id, JsonBody<GivenReason> body, Caller caller, ChangeCardKey change, FindCardKey find, ICatalogue catalogue) =>
        ChangeAsync(id, body, caller, change.UnfreezeAsync, find, catalogue);

    private static Task<Results<Ok<CardKeyView>, ProblemResult>> VoidAsync(
        string id, JsonBody<GivenReason> body, Caller caller, ChangeCardKey change, FindCardKey find, ICatalogue catalogue) =>
        ChangeAsync(id, body, caller, change.VoidAsync, find, catalogue);

    // Not bound to the request: what was done is also answered.
    private static async Task<Results<Ok<CardKeyView>, ProblemResult>> ChangeAsync(
        string id, JsonBody<GivenReason> body, Caller caller, Func<long, string?, Actor, Task<Refusal?>> change, FindCardKey find, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.CardKey, id, out var cardKeyId))
        {
            return new ProblemResult(NotFound);
        }

        return await change(cardKeyId, body.Value.Reason, caller.Actor) is { } refusal
            ? new ProblemResult(refusal)
            : await ShowAsync(cardKeyId, find, catalogue, CancellationToken.None);
    }

    private static async Task<Results<Ok<CardKeyView>, ProblemResult>> ShowAsync(long cardKeyId, FindCardKey find, ICatalogue catalogue, CancellationToken cancellation)
    {
        var file = await find.GetAsync(cardKeyId, cancellation);
        return file.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(CardKeyView.Of(file.Value, catalogue));
    }
}

using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>API keys. A key's text is in the answer that makes it and nowhere else.</summary>
internal static class AdminKeys
{
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    public static void MapAdminKeys(this RouteGroupBuilder admin)
    {
        admin.MapPost("/keys", CreateAsync).WithName("CreateKey").WithSummary("Makes an API key and shows it, once.");
        admin.MapGet("/keys", ListAsync).WithName("ListKeys").WithSummary("Lists keys, live or not, newest first; ?owner=storefront:shop-1 those of one owner.");
        admin.MapGet("/keys/{id}", GetAsync).WithName("GetKey").WithSummary("Shows what a key may do, never the key.");
        admin.MapPost("/keys/{id}/rotate", RotateAsync).WithName("RotateKey").WithSummary("Makes a second key for the same owner, scopes and addresses.");
        admin.MapPost("/keys/{id}/revoke", RevokeAsync).WithName("RevokeKey").WithSummary("Stops a key at once.");
    }

    private static async Task<Results<Created<AdminKeyWithText>, ProblemResult>> CreateAsync(JsonBody<NewKey> body, Caller caller, IssueKey issue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var key = body.Value;
        var fields = new KeyFields { Owner = key.Owner, Scopes = key.Scopes, Mode = key.Mode, ExpiresAt = key.ExpiresAt, AllowedIps = key.AllowedIps };
        return Answer(await issue.RunAsync(fields, caller.Actor));
    }

    private static async Task<Results<Created<AdminKeyWithText>, ProblemResult>> RotateAsync(string id, JsonBody<Rotation> body, Caller caller, RotateKey rotate)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        TimeSpan? overlap = body.Value.OverlapSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        return PublicId.TryParse(PublicId.Key, id, out var keyId)
            ? Answer(await rotate.RunAsync(keyId, overlap, body.Value.ExpiresAt, caller.Actor))
            : new ProblemResult(NotFound);
    }

    private static async Task<Results<Ok<AdminKey>, ProblemResult>> RevokeAsync(string id, Caller caller, RevokeKey revoke)
    {
        if (!PublicId.TryParse(PublicId.Key, id, out var keyId))
        {
            return new ProblemResult(NotFound);
        }

        var revoked = await revoke.RunAsync(keyId, caller.Actor);
        return revoked.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(AdminKey.Of(revoked.Value));
    }

    private static async Task<Results<Ok<AdminKey>, ProblemResult>> GetAsync(string id, IApiKeyStore store, CancellationToken cancellation) =>
        PublicId.TryParse(PublicId.Key, id, out var keyId) && await store.FindAsync(keyId, cancellation) is { } key
            ? TypedResults.Ok(AdminKey.Of(key))
            : new ProblemResult(NotFound);

    private static async Task<Results<Ok<ListAnswer<AdminKey>>, ProblemResult>> ListAsync(
        ListQuery query, string? owner, HttpContext http, IApiKeyStore store, CancellationToken cancellation)
    {
        KeyOwner? ofOwner = null;
        if (owner is not null && !KeyTexts.TryParseOwner(owner, out ofOwner))
        {
            return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "owner", "An owner is storefront:CODE, supplier:CODE or operator:NAME."));
        }

        if ((query.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "owner")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await store.ListAsync(ofOwner, query.Before, query.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<AdminKey>.Of(found, query, key => key.Id, AdminKey.Of));
    }

    private static Results<Created<AdminKeyWithText>, ProblemResult> Answer(Result<IssuedKey> issued)
    {
        if (issued.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var answer = new AdminKeyWithText(issued.Value);
        return TypedResults.Created($"/v1/admin/keys/{answer.Id}", answer);
    }
}

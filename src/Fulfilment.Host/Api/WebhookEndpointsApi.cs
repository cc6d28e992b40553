using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api;

/// <summary>Where a storefront wants to be told; API.md, Webhooks to storefronts.</summary>
internal static class WebhookEndpointsApi
{
    private static readonly Refusal NotFound = new(RefusalCode.NotFound);

    public static void MapWebhookEndpoints(this WebApplication app)
    {
        ApiJson.Use(WebhookJson.Default);
        var endpoints = app.MapGroup("/v1/webhook-endpoints").RequireScope(Scopes.Orders).WithTags("Webhooks");
        endpoints.MapPost("", CreateAsync).WithName("CreateWebhookEndpoint").WithSummary("Makes an endpoint and shows its secret, once.");
        endpoints.MapGet("", ListAsync).WithName("ListWebhookEndpoints").WithSummary("Lists the storefront's endpoints, newest first.");
        endpoints.MapGet("/{id}", GetAsync).WithName("GetWebhookEndpoint").WithSummary("Shows an endpoint, never its secret.");
        endpoints.MapDelete("/{id}", DeleteAsync).WithName("DeleteWebhookEndpoint").WithSummary("Ends an endpoint; what waited for it is dropped.");
        endpoints.MapPost("/{id}/rotate", RotateAsync).WithName("RotateWebhookSecret").WithSummary("Gives the endpoint another secret; for a day both sign.");
        endpoints.MapPost("/{id}/replay", ReplayAsync).WithName("ReplayWebhooks").WithSummary("Sends every event from a time on once more, with the ids they had.");
        endpoints.MapPost("/{id}/resume", ResumeAsync).WithName("ResumeWebhookEndpoint").WithSummary("Sends to a paused endpoint again, also what waited.");
        endpoints.MapPost("/{id}/test", TestAsync).WithName("TestWebhookEndpoint").WithSummary("Sends the endpoint a signed endpoint.test and shows what it answers.");
        endpoints.MapGet("/{id}/deliveries", ListDeliveriesAsync).WithName("ListWebhookDeliveries").WithSummary("Lists what became of events at the endpoint, newest event first.")
            .TakesQuery("status", "waiting, delivered or failed.");
    }

    private static async Task<Results<Created<WebhookEndpointWithSecret>, ProblemResult>> CreateAsync(JsonBody<NewWebhookEndpoint> body, Caller caller, RegisterEndpoint register)
    {
        if (Refusal(caller) is { } refused)
        {
            return refused;
        }

        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var registered = await register.RunAsync(caller.Storefront!.Id, body.Value.Url, body.Value.Types, caller.Actor);
        if (registered.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var shown = new WebhookEndpointWithSecret(registered.Value);
        return TypedResults.Created($"/v1/webhook-endpoints/{shown.Id}", shown);
    }

    private static async Task<Results<Ok<ListAnswer<WebhookEndpointView>>, ProblemResult>> ListAsync(
        ListQuery page, Caller caller, HttpContext http, IWebhookEndpointStore store, CancellationToken cancellation)
    {
        if (Refusal(caller) is { } refused)
        {
            return refused;
        }

        if ((page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var found = await store.ListAsync(caller.Storefront!.Id, page.Before, page.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<WebhookEndpointView>.Of(found, page, endpoint => endpoint.Id, WebhookEndpointView.Of));
    }

    private static async Task<Results<Ok<WebhookEndpointView>, ProblemResult>> GetAsync(string id, Caller caller, IWebhookEndpointStore store, CancellationToken cancellation)
    {
        if (Refusal(caller) is { } refused)
        {
            return refused;
        }

        return PublicId.TryParse(PublicId.WebhookEndpoint, id, out var endpointId) && await store.FindAsync(endpointId, caller.Storefront!.Id, cancellation) is { } found
            ? TypedResults.Ok(WebhookEndpointView.Of(found.Endpoint))
            : new ProblemResult(NotFound);
    }

    private static async Task<Results<NoContent, ProblemResult>> DeleteAsync(string id, Caller caller, IWebhookEndpointStore store)
    {
        var deleted = await ChangeAsync(id, caller, (endpointId, storefrontId) => store.DeleteAsync(endpointId, storefrontId, caller.Actor));
        return deleted.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.NoContent();
    }

    private static async Task<Results<Ok<WebhookEndpointWithSecret>, ProblemResult>> RotateAsync(string id, Caller caller, RotateWebhookSecret rotate)
    {
        var rotated = await ChangeAsync(id, caller, (endpointId, storefrontId) => rotate.RunAsync(endpointId, storefrontId, caller.Actor));
        return rotated.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(new WebhookEndpointWithSecret(rotated.Value));
    }

    private static async Task<Results<Accepted<WebhookEndpointView>, ProblemResult>> ReplayAsync(string id, JsonBody<NewReplay> body, Caller caller, ReplayEvents replay)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        var replayed = await ChangeAsync(id, caller, (endpointId, storefrontId) => replay.RunAsync(endpointId, storefrontId, body.Value.From, caller.Actor));
        return replayed.Refusal is { } refusal
            ? new ProblemResult(refusal)
            : TypedResults.Accepted($"/v1/webhook-endpoints/{id}/deliveries", WebhookEndpointView.Of(replayed.Value));
    }

    private static async Task<Results<Ok<WebhookEndpointView>, ProblemResult>> ResumeAsync(string id, Caller caller, ResumeEndpoint resume)
    {
        var resumed = await ChangeAsync(id, caller, (endpointId, storefrontId) => resume.RunAsync(endpointId, storefrontId, caller.Actor));
        return resumed.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(WebhookEndpointView.Of(resumed.Value));
    }

    private static async Task<Results<Ok<WebhookAnswerView>, ProblemResult>> TestAsync(string id, Caller caller, TestEndpoint test, CancellationToken cancellation)
    {
        var tested = await ChangeAsync(id, caller, (endpointId, storefrontId) => test.RunAsync(endpointId, storefrontId, cancellation));
        return tested.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(WebhookAnswerView.Of(tested.Value));
    }

    private static async Task<Results<Ok<ListAnswer<WebhookDeliveryView>>, ProblemResult>> ListDeliveriesAsync(
        string id, ListQuery page, Caller caller, HttpContext http, IWebhookEndpointStore store, CancellationToken cancellation)
    {
        if (Refusal(caller) is { } refused)
        {
            return refused;
        }

        return await AnswerDeliveriesAsync(id, caller.Storefront!.Id, page, http, store, cancellation);
    }

    /// <summary>For operators too.</summary>
    /// <param name="storefrontId">Whose endpoint it has to be; null: anybody's.</param>
    internal static async Task<Results<Ok<ListAnswer<WebhookDeliveryView>>, ProblemResult>> AnswerDeliveriesAsync(
        string id, long? storefrontId, ListQuery page, HttpContext http, IWebhookEndpointStore store, CancellationToken cancellation)
    {
        if ((page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "status") ?? Status(http, out var status)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (!PublicId.TryParse(PublicId.WebhookEndpoint, id, out var endpointId) || await store.FindAsync(endpointId, storefrontId, cancellation) is null)
        {
            return new ProblemResult(NotFound);
        }

        Status(http, out status);
        var found = await store.ListDeliveriesAsync(endpointId, status, page.Before, page.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<WebhookDeliveryView>.Of(found, page, delivery => delivery.EventId, WebhookDeliveryView.Of));
    }

    private static Refusal? Status(HttpContext http, out DeliveryState? status)
    {
        status = null;
        if (http.Request.Query["status"] is not [{ } name])
        {
            return null;
        }

        if (!EnumNameConverter.TryParse<DeliveryState>(name, out var parsed))
        {
            return new Refusal(RefusalCode.InvalidRequest, "status", "Not a status of deliveries.");
        }

        status = parsed;
        return null;
    }

    private static async Task<Result<T>> ChangeAsync<T>(string id, Caller caller, Func<long, long, Task<Result<T>>> change) =>
        caller.Storefront is not { } storefront ? AfterSalesApi.StorefrontsOnly
        : PublicId.TryParse(PublicId.WebhookEndpoint, id, out var endpointId) ? await change(endpointId, storefront.Id)
        : NotFound;

    private static ProblemResult? Refusal(Caller caller) => caller.Storefront is null ? new ProblemResult(AfterSalesApi.StorefrontsOnly) : null;
}

using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Webhooks;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Storefronts' webhook endpoints, for operators to see and resume. Secrets are their storefronts' alone.</summary>
internal static class AdminWebhooks
{
    public static void MapAdminWebhooks(this RouteGroupBuilder admin)
    {
        admin.MapGet("/webhook-endpoints", ListAsync).WithName("ListAllWebhookEndpoints").WithSummary("Lists storefronts' webhook endpoints, newest first.")
            .TakesQuery("storefront", "Those of this storefront.");
        admin.MapGet("/webhook-endpoints/{id}", GetAsync).WithName("GetAnyWebhookEndpoint").WithSummary("Shows a webhook endpoint.");
        admin.MapGet("/webhook-endpoints/{id}/deliveries", DeliveriesAsync).WithName("ListAllWebhookDeliveries").WithSummary("Lists what became of events at an endpoint, newest event first.")
            .TakesQuery("status", "waiting, delivered or failed.");
        admin.MapPost("/webhook-endpoints/{id}/resume", ResumeAsync).WithName("ResumeAnyWebhookEndpoint").WithSummary("Sends to a paused endpoint again, also what waited.");
    }

    private static async Task<Results<Ok<ListAnswer<AdminWebhookEndpointView>>, ProblemResult>> ListAsync(
        ListQuery page, HttpContext http, IWebhookEndpointStore store, ICatalogue catalogue, CancellationToken cancellation)
    {
        if ((page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "storefront")) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        // A storefront that is none has no endpoints.
        long? storefrontId = http.Request.Query["storefront"] is [{ } code] ? catalogue.Current.FindStorefront(code)?.Id ?? -1 : null;
        var found = await store.ListAsync(storefrontId, page.Before, page.Limit + 1, cancellation);
        return TypedResults.Ok(ListAnswer<AdminWebhookEndpointView>.Of(found, page, endpoint => endpoint.Id, endpoint => AdminWebhookEndpointView.Of(endpoint, catalogue)));
    }

    private static async Task<Results<Ok<AdminWebhookEndpointView>, ProblemResult>> GetAsync(
        string id, IWebhookEndpointStore store, ICatalogue catalogue, CancellationToken cancellation) =>
        PublicId.TryParse(PublicId.WebhookEndpoint, id, out var endpointId) && await store.FindAsync(endpointId, null, cancellation) is { } found
            ? TypedResults.Ok(AdminWebhookEndpointView.Of(found.Endpoint, catalogue))
            : new ProblemResult(new Refusal(RefusalCode.NotFound));

    private static Task<Results<Ok<ListAnswer<WebhookDeliveryView>>, ProblemResult>> DeliveriesAsync(
        string id, ListQuery page, HttpContext http, IWebhookEndpointStore store, CancellationToken cancellation) =>
        WebhookEndpointsApi.AnswerDeliveriesAsync(id, null, page, http, store, cancellation);

    private static async Task<Results<Ok<AdminWebhookEndpointView>, ProblemResult>> ResumeAsync(string id, Caller caller, ResumeEndpoint resume, ICatalogue catalogue)
    {
        if (!PublicId.TryParse(PublicId.WebhookEndpoint, id, out var endpointId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var resumed = await resume.RunAsync(endpointId, null, caller.Actor);
        return resumed.Refusal is { } refusal ? new ProblemResult(refusal) : TypedResults.Ok(AdminWebhookEndpointView.Of(resumed.Value, catalogue));
    }
}

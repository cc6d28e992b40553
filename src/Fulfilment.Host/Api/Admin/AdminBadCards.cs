using Fulfilment.Core;
using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;
using Fulfilment.Host.Api.Lists;
using Fulfilment.Host.Api.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fulfilment.Host.Api.Admin;

/// <summary>Codes that did not work, to be claimed from their suppliers.</summary>
internal static class AdminBadCards
{
    private const string Csv = "text/csv";

    public static void MapAdminBadCards(this RouteGroupBuilder admin)
    {
        admin.MapPost("/units/{id}/bad-card", ReportAsync).WithName("ReportBadCard").WithSummary("Notes that a delivered code did not work; a repeat changes nothing.").Refuses(RefusalCode.NotEligible);
        admin.MapGet("/bad-cards", ListAsync).WithName("ListBadCards").WithSummary("Lists bad cards, newest report first; as CSV with ?format=csv or Accept: text/csv.")
            .TakesQuery("from", "Reported at this time (RFC 3339) or later.")
            .TakesQuery("to", "Reported before this time (RFC 3339).");
    }

    private static async Task<Results<Created<BadCardView>, Ok<BadCardView>, ProblemResult>> ReportAsync(
        string id, JsonBody<BadCardReport> body, Caller caller, ReportBadCard report, ICatalogue catalogue)
    {
        if (body.Refusal is { } unreadable)
        {
            return new ProblemResult(unreadable);
        }

        if (!PublicId.TryParse(PublicId.Unit, id, out var unitId))
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound));
        }

        var reported = await report.HandleAsync(unitId, body.Value.Reason, caller.Actor);
        if (reported.Refusal is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        var view = BadCardView.Of(reported.Value.Card, catalogue);
        return reported.Value.IsRepeat ? TypedResults.Ok(view) : TypedResults.Created("/v1/admin/bad-cards", view);
    }

    private static async Task<Results<Ok<ListAnswer<BadCardView>>, PushStreamHttpResult, ProblemResult>> ListAsync(
        ListQuery page, string? supplier, string? format, HttpContext http, IBadCardStore store, ICatalogue catalogue, CancellationToken cancellation)
    {
        var query = new BadCardQuery(page.Before, page.Limit + 1) { Supplier = supplier };
        if ((page.Refusal ?? QueryNames.Check(http.Request.Query, "limit", "cursor", "supplier", "from", "to", "format") ?? Times(http, ref query)) is { } refusal)
        {
            return new ProblemResult(refusal);
        }

        if (format is not (null or "csv" or "json"))
        {
            return new ProblemResult(new Refusal(RefusalCode.InvalidRequest, "format", "json or csv."));
        }

        if (format == "csv" || (format is null && PrefersCsv(http.Request)))
        {
            return TypedResults.Stream(body => BadCardsCsv.WriteAsync(query, store, catalogue, body, cancellation), Csv + "; charset=utf-8", "bad-cards.csv");
        }

        var found = await store.ListAsync(query, cancellation);
        return TypedResults.Ok(ListAnswer<BadCardView>.Of(found, page, card => card.Id, card => BadCardView.Of(card, catalogue)));
    }

    private static Refusal? Times(HttpContext http, ref BadCardQuery query)
    {
        foreach (var name in (string[])["from", "to"])
        {
            if (http.Request.Query[name] is not [{ } text])
            {
                continue;
            }

            if (!Rfc3339.TryParse(text, out var time))
            {
                return new Refusal(RefusalCode.InvalidRequest, name, Rfc3339.Expected);
            }

            query = name == "from" ? query with { From = time } : query with { To = time };
        }

        return null;
    }

    private static bool PrefersCsv(HttpRequest request) =>
        request.GetTypedHeaders().Accept is { Count: > 0 } accept && accept.MaxBy(type => type.Quality ?? 1) is { } best && best.MediaType.Equals(Csv, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What is wrong with the code.</summary>
internal sealed record BadCardReport(string Reason);

/// <summary>A bad card.</summary>
internal sealed record BadCardView(
    string CardKeyId,
    string UnitId,
    string OrderId,
    string? Sku,
    string BatchId,
    string? Supplier,
    string? PurchaseReference,
    Money UnitCost,
    string Currency,
    string Reason,
    DateTimeOffset ReportedAt,
    string ReportedBy)
{
    public static BadCardView Of(BadCard card, ICatalogue catalogue) => new(
        PublicId.Format(PublicId.CardKey, card.CardKeyId),
        PublicId.Format(PublicId.Unit, card.UnitId),
        PublicId.Format(PublicId.Order, card.OrderId),
        catalogue.Current.FindSku(card.SkuId)?.Code,
        PublicId.Format(PublicId.Batch, card.BatchId),
        card.Supplier,
        card.PurchaseReference,
        card.UnitCost,
        card.Currency,
        card.Reason,
        IdGenerator.TimeOf(card.Id),
        card.ReportedBy);
}

using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Hangfire.Jobs;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>Our pages: what each reads, by the ports that the API reads by.</summary>
internal static class DashboardPages
{
    private const int Newest = 50;

    public static void AddTo(RouteCollection routes)
    {
        routes.Add(OpenWorkPage.Path, new FiguresDispatcher(OpenWorkAsync));
        routes.Add(UnknownsPage.Path, new FiguresDispatcher(UnknownsAsync));
        routes.Add(DiscrepanciesPage.Path, new FiguresDispatcher(DiscrepanciesAsync));
        routes.Add(AlertsPage.Path, new FiguresDispatcher(AlertsAsync));
        routes.Add($"{OrderPage.Path}(?:/(?<id>[a-z0-9_]+))?", new FiguresDispatcher(OrderAsync));
    }

    private static async Task<FiguresPage> OpenWorkAsync(HttpContext http, string? _)
    {
        var (units, now) = (Get<IUnitOverview>(http), Get<TimeProvider>(http).GetUtcNow());
        return new OpenWorkPage(
            await units.CountOpenAsync(now, http.RequestAborted).ConfigureAwait(false),
            await units.ListAsync(new UnitQuery(UnitQuery.Open, long.MaxValue, long.MaxValue, Newest), http.RequestAborted).ConfigureAwait(false),
            Get<ShownBudget>(http).LeftOut);
    }

    private static async Task<FiguresPage> UnknownsAsync(HttpContext http, string? _) => new UnknownsPage(
        await Get<IUnitOverview>(http).SumUnknownsAsync(Get<TimeProvider>(http).GetUtcNow(), http.RequestAborted).ConfigureAwait(false), Suppliers(http));

    private static async Task<FiguresPage> DiscrepanciesAsync(HttpContext http, string? _) => new DiscrepanciesPage(
        await Get<IDiscrepancyStore>(http).ListAsync(new DiscrepancyQuery(long.MaxValue, DiscrepanciesPage.Most) { Status = DiscrepancyStatus.Open }, http.RequestAborted).ConfigureAwait(false),
        Suppliers(http));

    private static async Task<FiguresPage> AlertsAsync(HttpContext http, string? _)
    {
        var alerts = Get<IAlerts>(http);
        return new AlertsPage(
        [
            .. await alerts.ListAsync(new AlertFilter(AlertStatus.Open), long.MaxValue, AlertsPage.Most, http.RequestAborted).ConfigureAwait(false),
            .. await alerts.ListAsync(new AlertFilter(AlertStatus.Acknowledged), long.MaxValue, AlertsPage.Most, http.RequestAborted).ConfigureAwait(false),
        ]);
    }

    private static async Task<FiguresPage> OrderAsync(HttpContext http, string? id)
    {
        var asked = (id ?? http.Request.Query["id"].ToString()).Trim();
        if (!PublicId.TryParse(PublicId.Order, asked, out var orderId) || await Get<IOrderOverview>(http).FindAsync(orderId, http.RequestAborted).ConfigureAwait(false) is not { } order)
        {
            return new OrderPage(asked, order: null, "", []);
        }

        var storefront = Get<ICatalogue>(http).Current.Storefronts.FirstOrDefault(known => known.Id == order.StorefrontId)?.Code ?? "?";
        return new OrderPage(asked, order, storefront, Get<OrderChains>(http).Read(orderId));
    }

    private static Dictionary<long, string> Suppliers(HttpContext http) => Get<ICatalogue>(http).Current.Suppliers.ToDictionary(supplier => supplier.Id, supplier => supplier.Code);

    private static T Get<T>(HttpContext http)
        where T : notnull =>
        http.RequestServices.GetRequiredService<T>();
}

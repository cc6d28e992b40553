using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;
using Fulfilment.Host.Api.Json;

namespace Fulfilment.Host.Api.Admin;

/// <summary>What operators do: API.md, Administration.</summary>
internal static class AdminApi
{
    public static void MapAdmin(this WebApplication app)
    {
        ApiJson.Use(AdminJson.Default);
        ApiJson.Use(SupplyJson.Default);
        var admin = app.MapGroup("/v1/admin").RequireScope(Scopes.Admin).WithTags("Administration");
        admin.MapAdminSkus();
        admin.MapAdminStorefronts();
        admin.MapAdminSuppliers();
        admin.MapAdminSupplierProducts();
        admin.MapAdminBatchApprovals();
        admin.MapAdminKeys();
        admin.MapAdminOrders();
        admin.MapAdminBatches();
        admin.MapAdminCardKeys();
        admin.MapAdminAfterSales();
        admin.MapAdminBadCards();
        admin.MapAdminUnits();
        admin.MapAdminDecisions();
        admin.MapAdminDiscrepancies();
        admin.MapAdminStrayCallbacks();
        admin.MapAdminAudit();
        admin.MapAdminReveals();
        admin.MapAdminAlerts();
        admin.MapAdminJobs();
        admin.MapAdminWebhooks();
        admin.MapAdminAlertChannels();
    }
}

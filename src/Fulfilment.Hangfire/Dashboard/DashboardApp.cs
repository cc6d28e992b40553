using Fulfilment.Hangfire.Jobs;
using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>The dashboard as a part of a pipeline. Who may see it is for what stands before it to say.</summary>
public static class DashboardApp
{
    /// <summary>Ends the pipeline with the dashboard.</summary>
    /// <param name="app">Whose requests have the dashboard's path as their base.</param>
    /// <param name="signOut">Where its way out leads.</param>
    /// <param name="isReadOnly">Whether whoever asks may press no button.</param>
    public static IApplicationBuilder UseFulfilmentDashboard(this IApplicationBuilder app, string signOut, Func<HttpContext, bool> isReadOnly)
    {
        ArgumentNullException.ThrowIfNull(app);
        DashboardMenu.AddOnce();
        app.Use(async (http, next) =>
        {
            await http.RequestServices.GetRequiredService<DashboardFigures>().RefreshAsync(http.RequestAborted).ConfigureAwait(false);
            await next(http).ConfigureAwait(false);
        });
        return app.UseMiddleware<AspNetCoreDashboardMiddleware>(app.ApplicationServices.GetRequiredService<JobStorage>(), Options(signOut, isReadOnly), DashboardRoutes.Routes);
    }

    private static DashboardOptions Options(string signOut, Func<HttpContext, bool> isReadOnly) => new()
    {
        AppPath = signOut,
        DashboardTitle = "Fulfilment",
        Authorization = [],
        AsyncAuthorization = [],
        IsReadOnlyFunc = context => isReadOnly(context.GetHttpContext()),
        DisplayNameFunc = (_, job) => JobTexts.Of(job),
        // It names the server and the login.
        DisplayStorageConnectionString = false,
        StatsPollingInterval = (int)TimeSpan.FromSeconds(5).TotalMilliseconds,
    };
}

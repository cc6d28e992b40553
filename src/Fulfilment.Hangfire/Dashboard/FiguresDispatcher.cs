using Hangfire.Dashboard;
using Microsoft.AspNetCore.Http;

namespace Fulfilment.Hangfire.Dashboard;

/// <summary>Reads what a page shows without blocking a thread, and then lets Hangfire write the page, which it does synchronously.</summary>
/// <param name="read">Makes the page for a request; the text is the path's id, where it has one.</param>
internal sealed class FiguresDispatcher(Func<HttpContext, string?, Task<FiguresPage>> read) : IDashboardDispatcher
{
    public async Task Dispatch(DashboardContext context)
    {
        var id = context.UriMatch.Groups["id"] is { Success: true, Value: var value } ? value : null;
        var page = await read(context.GetHttpContext(), id).ConfigureAwait(false);

        // The way from a page to an answer is Hangfire's own, and closed to others: through a route.
        var one = new RouteCollection();
        one.AddRazorPage("/.*", _ => page);
        await one.FindDispatcher("/").Item1.Dispatch(context).ConfigureAwait(false);
    }
}

using System.Security.Claims;
using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api;
using Fulfilment.Host.Api.Callers;

namespace Fulfilment.Host.Dashboard;

/// <summary>
/// Stands before everything of the dashboard, its pictures included: signs in and out, lets nobody through without a session, and lets only operators with the
/// scope <c>admin</c> press buttons, which it audits.
/// </summary>
internal sealed class DashboardGuard(
    RequestDelegate next, DashboardSessions sessions, Authenticator authenticator, SessionAntiforgery antiforgery, DashboardCommands commands, IAuditStore audit, IdGenerator ids)
{
    private const int LongestKey = 256;

    private const string WrongKey = "This key is not known, has expired, or may not be used from here.", NoScope = "The dashboard takes an operator's key with the scope admin or finance.";

    public async Task InvokeAsync(HttpContext context)
    {
        Protect(context.Response.Headers);
        var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "");
        if (path == DashboardPath.SignIn && HttpMethods.IsPost(method))
        {
            await SignInAsync(context);
            return;
        }

        var caller = await sessions.FindAsync(context);
        if (path == DashboardPath.SignOut && !HttpMethods.IsHead(method))
        {
            await SignOutAsync(context, caller);
            return;
        }

        var isSafe = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        if (caller is null)
        {
            await (isSafe && IsPage(path)
                ? SignInPage.WriteAsync(context, StatusCodes.Status401Unauthorized)
                : ProblemResult.WriteAsync(context, new Refusal(RefusalCode.Unauthorized)));
            return;
        }

        context.Features.Set(caller);
        // Hangfire's own filters tell 401 from 403 by it.
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, caller.Owner.ToString())], "dashboard"));
        antiforgery.StandFor(context);
        await (isSafe || path == "/stats" ? next(context) : CommandAsync(context, caller, path));
    }

    private async Task CommandAsync(HttpContext context, Caller caller, string path)
    {
        if (!caller.Has(Scopes.Admin) || !await antiforgery.IsRequestValidAsync(context))
        {
            await ProblemResult.WriteAsync(context, new Refusal(RefusalCode.Forbidden));
            return;
        }

        if (!await commands.TryRunAsync(context, caller, path))
        {
            await next(context);
        }
    }

    private async Task SignOutAsync(HttpContext context, Caller? caller)
    {
        if (caller is not null)
        {
            await audit.RecordAsync(new AuditEntry(ids.Next(), caller.Actor, "dashboard.signedOut", "dashboard:hangfire"));
        }

        await sessions.EndAsync(context);
        await SignInPage.WriteAsync(context, StatusCodes.Status200OK, "You are signed out.");
    }

    private async Task SignInAsync(HttpContext context)
    {
        // Nobody may be signed in from elsewhere, as somebody else.
        var from = context.Request.Headers["Sec-Fetch-Site"].ToString();
        if (from is not ("" or "same-origin" or "none") || !context.Request.HasFormContentType)
        {
            await SignInPage.WriteAsync(context, StatusCodes.Status403Forbidden);
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var key = form["key"].ToString().Trim();
        var found = key.Length is > 0 and <= LongestKey ? authenticator.Authenticate(ApiKeyText.Hash(key), Authenticator.Address(context)) : new Refusal(RefusalCode.Unauthorized);
        if (found.Refusal is not null || !DashboardSessions.MayLook(found.Value))
        {
            await SignInPage.WriteAsync(context, StatusCodes.Status401Unauthorized, found.Refusal is null ? NoScope : WrongKey);
            return;
        }

        await audit.RecordAsync(new AuditEntry(ids.Next(), found.Value.Actor, "dashboard.signedIn", "dashboard:hangfire"));
        sessions.Begin(context, found.Value);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = DashboardPath.Root;
    }

    // Styles, scripts and fonts have a kind in their names or a number.
    private static bool IsPage(string path) =>
        !path.StartsWith("/css", StringComparison.Ordinal) && !path.StartsWith("/js", StringComparison.Ordinal) && !path.StartsWith("/fonts", StringComparison.Ordinal);

    private static void Protect(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    }
}

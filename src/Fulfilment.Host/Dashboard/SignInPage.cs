using System.Net.Mime;
using System.Text;

namespace Fulfilment.Host.Dashboard;

/// <summary>Asks for an operator's key. It needs nothing that whoever has none may not load.</summary>
internal static class SignInPage
{
    public static Task WriteAsync(HttpContext context, int status, string? says = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = $"{MediaTypeNames.Text.Html}; charset=utf-8";
        return context.Response.WriteAsync(Html(says), Encoding.UTF8, context.RequestAborted);
    }

    // What it says is ours, never the caller's.
    private static string Html(string? says) => $$"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"><meta name="robots" content="none"><title>Sign in</title>
        <style>body { font: 16px/1.5 sans-serif; max-width: 28em; margin: 15vh auto; } input { display: block; width: 100%; margin: .5em 0 1em; font: inherit; }</style>
        </head>
        <body>
        <h1>Fulfilment dashboard</h1>
        {{(says is null ? "" : $"<p role=\"alert\">{says}</p>")}}
        <form method="post" action="{{DashboardPath.Root}}{{DashboardPath.SignIn}}">
        <label>Your operator key (scope admin, or finance to look only)<input type="password" name="key" autocomplete="current-password" required autofocus></label>
        <button type="submit">Sign in</button>
        </form>
        </body>
        </html>
        """;
}

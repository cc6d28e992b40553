using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;

namespace Fulfilment.Host.Dashboard;

/// <summary>
/// Lets a button do something only from a page of the same session: its token is sealed over the session, so that it needs no key ring that several nodes, each
/// with a file system it may not write to, would have to share. For the dashboard alone: whatever else the host shows has the host's own.
/// </summary>
internal sealed class SessionAntiforgery(DashboardSessions sessions) : IAntiforgery
{
    private const string Header = "X-Antiforgery", Field = "antiforgery";

    /// <summary>Has the rest of this request find it, where it would find the host's.</summary>
    public void StandFor(HttpContext context) => context.RequestServices = new WithAntiforgery(context.RequestServices, this);

    public AntiforgeryTokenSet GetAndStoreTokens(HttpContext httpContext) => GetTokens(httpContext);

    public AntiforgeryTokenSet GetTokens(HttpContext httpContext) => new(sessions.AntiforgeryToken(httpContext), cookieToken: null, Field, Header);

    public Task<bool> IsRequestValidAsync(HttpContext httpContext) => Task.FromResult(IsValid(httpContext));

    public Task ValidateRequestAsync(HttpContext httpContext) =>
        IsValid(httpContext) ? Task.CompletedTask : throw new AntiforgeryValidationException("The request comes from no page of this session.");

    public void SetCookieTokenAndHeader(HttpContext httpContext)
    {
        // The session is the cookie.
    }

    private bool IsValid(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
        || (sessions.AntiforgeryToken(context) is { } token && context.Request.Headers[Header] is [{ } given]
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(given)));

    private sealed class WithAntiforgery(IServiceProvider services, IAntiforgery antiforgery) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(IAntiforgery) ? antiforgery : services.GetService(serviceType);
    }
}

using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Sandbox;

namespace Fulfilment.Host.Api.Callers;

/// <summary>
/// Stands before every endpoint that requires a scope: who calls, not too often, and with a key that may. In this order, so that
/// every answer to a limited caller carries its limit. On the way through it makes no task of its own.
/// </summary>
internal sealed class CallerGuard(RequestDelegate next, Authenticator authenticator, ICatalogue catalogue, IRateLimiter limiter)
{
    // Looks at the database for keys that the snapshot does not know: a flood of wrong ones must not make a queue of them.
    private const int MostLooks = 4;

    private static readonly Refusal Forbidden = new(RefusalCode.Forbidden);

    private int _looks;

    public Task InvokeAsync(HttpContext context)
    {
        // Routing answers a wrong method with an endpoint of its own, which is no route.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return GuardUnknownAsync(context);
        }

        if (endpoint.Metadata.GetMetadata<RequiredScope>() is not { } required)
        {
            return next(context);
        }

        // Answers may hold codes and balances, which no cache on the way may keep.
        context.Response.Headers.CacheControl = "no-store";
        var authenticated = authenticator.Authenticate(context);
        return authenticated.Refusal is { Code: RefusalCode.Unauthorized } && context.Request.Headers.Authorization.Count > 0
            ? LookAgainAsync(context, required)
            : GuardAsync(context, authenticated, required);
    }

    // The key may have been made a moment ago, by a command or on another node, and be newer than our snapshot.
    private async Task LookAgainAsync(HttpContext context, RequiredScope required)
    {
        try
        {
            if (Interlocked.Increment(ref _looks) <= MostLooks)
            {
                await catalogue.RefreshAsync(context.RequestAborted);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _looks);
        }

        await GuardAsync(context, authenticator.Authenticate(context), required);
    }

    private Task GuardAsync(HttpContext context, in Result<Caller> authenticated, RequiredScope required)
    {
        if (authenticated.Refusal is { } refusal)
        {
            SandboxGate.MarkByText(context);
            return ProblemResult.WriteAsync(context, refusal);
        }

        var caller = authenticated.Value;
        if (caller.Mode is KeyMode.Test)
        {
            return GuardTestAsync(context, caller, required);
        }

        if (caller.Storefront is not { RatePerSecond: { } rate } storefront)
        {
            return PassAsync(context, caller, required);
        }

        var taking = limiter.TakeAsync(storefront.Id, rate, context.RequestAborted);
        return taking.IsCompletedSuccessfully
            ? PassIfAllowedAsync(context, caller, required, taking.Result)
            : AwaitAsync(context, caller, required, taking);
    }

    // A test key has a limit of its own, so that play takes nothing from the storefront's real requests, nor from anybody else's.
    private Task GuardTestAsync(HttpContext context, Caller caller, RequiredScope required)
    {
        SandboxGate.Mark(context);
        return AwaitAsync(context, caller, required, limiter.TakeAsync(SandboxGate.LimitIdOf(caller), SandboxGate.RateOf(caller), context.RequestAborted));
    }

    // A limited caller sees its limit, and spends it, on paths that do not exist too.
    private Task GuardUnknownAsync(HttpContext context)
    {
        var nobody = new RequiredScope(Scopes.None);
        if (context.Request.Headers.Authorization.Count == 0)
        {
            return next(context);
        }

        var authenticated = authenticator.Authenticate(context);
        if (authenticated.Refusal is not null)
        {
            SandboxGate.MarkByText(context);
            return next(context);
        }

        var caller = authenticated.Value;
        if (caller.Mode is KeyMode.Test)
        {
            return GuardTestAsync(context, caller, nobody);
        }

        return caller.Storefront is { RatePerSecond: { } rate } storefront
            ? AwaitAsync(context, caller, nobody, limiter.TakeAsync(storefront.Id, rate, context.RequestAborted))
            : next(context);
    }

    private async Task AwaitAsync(HttpContext context, Caller caller, RequiredScope required, ValueTask<RateDecision> taking) =>
        await PassIfAllowedAsync(context, caller, required, await taking);

    private Task PassIfAllowedAsync(HttpContext context, Caller caller, RequiredScope required, RateDecision decision)
    {
        RateLimitHeaders.Write(context.Response.Headers, decision);
        return decision.Allowed
            ? PassAsync(context, caller, required)
            : ProblemResult.WriteAsync(context, new Refusal(RefusalCode.RateLimited), decision.RetryAfterSeconds);
    }

    private Task PassAsync(HttpContext context, Caller caller, RequiredScope required)
    {
        if (!caller.Has(required.Scopes))
        {
            return ProblemResult.WriteAsync(context, Forbidden);
        }

        context.Features.Set(caller);
        return caller.Mode is KeyMode.Live ? next(context) : SandboxGate.PassAsync(context, next);
    }
}

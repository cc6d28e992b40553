using Fulfilment.Core;
using Fulfilment.Core.Storefronts;
using Fulfilment.Host.Api.Callers;

namespace Fulfilment.Host.Api.Sandbox;

/// <summary>
/// Where requests with a test key leave the way of real ones: before any endpoint runs. An endpoint that says nothing about the sandbox is
/// closed to them, so that one added later cannot let play touch what is real.
/// </summary>
internal static class SandboxGate
{
    /// <summary>Stands in every answer to a test key.</summary>
    public const string Header = "Fulfilment-Sandbox";

    private const int RatePerSecond = 100;

    private static readonly Refusal Closed = new(RefusalCode.Forbidden, Detail: "A test key reaches the sandbox alone, and this is not in it. Use a live key.");

    public static void Mark(HttpContext context) => context.Response.Headers[Header] = "true";

    /// <summary>Marks the answer to a key that is not accepted, as far as its text tells what it was.</summary>
    public static void MarkByText(HttpContext context)
    {
        if (context.Request.Headers.Authorization.ToString().Contains($" {ApiKeyText.TestPrefix}", StringComparison.Ordinal))
        {
            Mark(context);
        }
    }

    /// <summary>Ids are positive, so a storefront's play has its own count under the negative one.</summary>
    public static long LimitIdOf(Caller caller) => -caller.Storefront!.Id;

    /// <summary>The storefront's own rate, and never more than would disturb real orders.</summary>
    public static int RateOf(Caller caller) => Math.Min(caller.Storefront!.RatePerSecond ?? RatePerSecond, RatePerSecond);

    public static Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(context);
        }

        return endpoint.Metadata.GetMetadata<SandboxEndpoint>() is { } sandbox
            ? sandbox.RunAsync(context)
            : ProblemResult.WriteAsync(context, Closed);
    }
}

/// <summary>What an endpoint does for a test key instead; compiled at the first such request, because most hosts see none and each costs milliseconds at their start.</summary>
internal sealed class SandboxEndpoint(Delegate handler, RequestDelegateFactoryOptions options)
{
    private readonly Lazy<RequestDelegate> _run = new(() => RequestDelegateFactory.Create(handler, options).RequestDelegate);

    public Task RunAsync(HttpContext context) => _run.Value(context);
}

internal static class SandboxEndpointExtensions
{
    /// <summary>Opens an endpoint to test keys: they get what <paramref name="handler"/> answers, and never the endpoint itself.</summary>
    public static RouteHandlerBuilder InSandbox(this RouteHandlerBuilder builder, Delegate handler)
    {
        builder.Add(endpoint =>
        {
            var options = new RequestDelegateFactoryOptions
            {
                ServiceProvider = endpoint.ApplicationServices,
                RouteParameterNames = ((RouteEndpointBuilder)endpoint).RoutePattern.Parameters.Select(parameter => parameter.Name),
            };
            endpoint.Metadata.Add(new SandboxEndpoint(handler, options));
        });
        return builder;
    }
}

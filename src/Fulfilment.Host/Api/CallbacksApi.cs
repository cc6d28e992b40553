using System.Net;
using System.Threading.RateLimiting;
using Fulfilment.Core;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Suppliers;
using Fulfilment.Host.Api.OpenApi;
using Fulfilment.Suppliers;

namespace Fulfilment.Host.Api;

/// <summary>
/// What suppliers tell us of their own accord; API.md, Suppliers. No key: the supplier's own signature decides. It is answered as the supplier expects
/// once it is on disk; of one that is refused nothing is kept.
/// </summary>
internal static class CallbacksApi
{
    // Some suppliers send it in the query of a GET.
    private static readonly string[] Methods = ["GET", "POST"];

    public static void MapCallbacks(this WebApplication app) =>
        app.MapMethods("/v1/suppliers/{code}/callbacks", Methods, AcceptAsync).WithTags("Suppliers").WithSummary("Takes in what a supplier tells.")
            .Produces(StatusCodes.Status200OK)
            .Refuses(RefusalCode.NotFound, RefusalCode.IpNotAllowed, RefusalCode.TooLarge, RefusalCode.RateLimited, RefusalCode.Overloaded, RefusalCode.Internal);

    private static async Task<IResult> AcceptAsync(
        string code, HttpContext http, ICatalogue catalogue, SupplierDirectory suppliers, CallbackRates rates, AcceptCallback accept, ILogger<CallbackRates> logger)
    {
        var address = http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : http.Connection.RemoteIpAddress;
        if (!rates.TryTake(address))
        {
            return new ProblemResult(new Refusal(RefusalCode.RateLimited, Detail: "More callbacks a second came from this address than are read. Nothing was done; send it again after the time in Retry-After."));
        }

        if (catalogue.Current.FindSupplier(code) is not { Adapter: not null } supplier)
        {
            return new ProblemResult(new Refusal(RefusalCode.NotFound, Detail: "No supplier of this code is called by this engine."));
        }

        if (!suppliers.MayCallBack(code, address))
        {
            return new ProblemResult(new Refusal(RefusalCode.IpNotAllowed, Detail: "The supplier's settings do not let callbacks come from this address."));
        }

        // Its settings cannot be used now, which is our fault; it will send it again.
        if (suppliers.Find(code) is not { } adapter)
        {
            return new ProblemResult(new Refusal(RefusalCode.Overloaded));
        }

        if (await CallbackBody.ReadAsync(http) is not { } body)
        {
            return new ProblemResult(new Refusal(RefusalCode.TooLarge));
        }

        switch (adapter.ParseCallback(CallbackBody.Of(http.Request, body)))
        {
            case ParsedCallback.Verified verified:
                // Not bound to the request: what was taken in is finished, also when the supplier does not wait for it.
                await accept.RunAsync(supplier, verified, new RawAnswer(null, verified.InQuery ? CallbackBody.QueryOf(http.Request) : body));
                return Reply(verified.Reply);
            case ParsedCallback.Refused refused:
                CallbackRates.LogRefused(logger, supplier.Code, refused.Reason);
                return Reply(refused.Reply);
            default:
                throw new InvalidOperationException("There is no third way to read a callback.");
        }
    }

    private static IResult Reply(CallbackReply reply) => Results.Text(reply.Body, reply.ContentType, statusCode: reply.Status);
}

/// <summary>Keeps each address to so many callbacks a second: verifying one costs next to nothing, and a supplier at full speed stays far below.</summary>
internal sealed partial class CallbackRates : IDisposable
{
    private const int PerSecond = 500;

    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetTokenBucketLimiter(address, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = PerSecond,
            TokensPerPeriod = PerSecond / 10,
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        }));

    public bool TryTake(IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(Network(address ?? IPAddress.None));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "A callback at the address of supplier {Supplier} was refused: {Reason}.")]
    public static partial void LogRefused(ILogger logger, string supplier, string reason);

    // Whoever has one IPv6 address has all of its network.
    private static IPAddress Network(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (bytes.Length == 16)
        {
            bytes.AsSpan(8).Clear();
        }

        return new IPAddress(bytes);
    }
}

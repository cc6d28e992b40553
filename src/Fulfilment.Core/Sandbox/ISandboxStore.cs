using Fulfilment.Core.Orders;
using Fulfilment.Core.Privacy;

namespace Fulfilment.Core.Sandbox;

/// <summary>Sandbox orders, in tables of their own. Every look-up names the storefront, so that another's order is simply not there.</summary>
public interface ISandboxStore
{
    /// <summary>
    /// Stores the order unless its reference has one already: then that one decides, whatever <paramref name="verdict"/> says. A
    /// <paramref name="hurdle"/> refuses the reference's first request.
    /// </summary>
    Task<SandboxPlacement> PlaceAsync(SandboxOrder order, Refusal? verdict, SandboxHurdle? hurdle);

    /// <summary>The order, or null.</summary>
    Task<SandboxOrder?> FindAsync(long storefrontId, long orderId, CancellationToken cancellation);

    /// <summary>Orders, newest first; the status of the query is not looked at, because it is not stored.</summary>
    Task<IReadOnlyList<SandboxOrder>> ListAsync(OrderQuery query, CancellationToken cancellation);

    /// <summary>Orders that name the person, newest first, with all their lines.</summary>
    Task<IReadOnlyList<SandboxOrder>> FindByPersonAsync(long storefrontId, Person person, long before, int limit, CancellationToken cancellation);

    /// <summary>Notes that the codes of these units of the order were shown; the first time stays.</summary>
    Task RevealAsync(long orderId, IReadOnlyList<long> unitIds, long atMs);

    /// <summary>Calls the order off, if <paramref name="isCancellable"/> says of what is stored that it can be. Null when there is none.</summary>
    Task<SandboxCancellation?> CancelAsync(long storefrontId, long orderId, long atMs, Func<SandboxOrder, bool> isCancellable);

    /// <summary>Deletes up to <paramref name="limit"/> of what was made before then, the oldest first. Gives how many orders went.</summary>
    Task<int> DeleteBeforeAsync(DateTimeOffset time, int limit);
}

/// <summary>What a reference's first request is refused with, so that a repeat can be tried.</summary>
/// <param name="Refusal">Why.</param>
/// <param name="Wait">How long repeats are refused too.</param>
public sealed record SandboxHurdle(Refusal Refusal, TimeSpan Wait);

/// <summary>What came of a request.</summary>
public abstract record SandboxPlacement
{
    private SandboxPlacement()
    {
    }

    /// <summary>A new order; durable.</summary>
    public sealed record Accepted(SandboxOrder Order) : SandboxPlacement;

    /// <summary>The reference has an order of the same content.</summary>
    public sealed record Stored(SandboxOrder Order) : SandboxPlacement;

    /// <summary>Nothing was stored, and the reference is not used up.</summary>
    /// <param name="Refusal">Why.</param>
    /// <param name="RetryAfterSeconds">When it makes sense to try again; null where nothing better is known.</param>
    public sealed record Refused(Refusal Refusal, int? RetryAfterSeconds = null) : SandboxPlacement;
}

/// <summary>What came of calling an order off.</summary>
/// <param name="Order">As it is stored afterwards.</param>
/// <param name="Cancelled">Whether anything was called off.</param>
public sealed record SandboxCancellation(SandboxOrder Order, bool Cancelled);

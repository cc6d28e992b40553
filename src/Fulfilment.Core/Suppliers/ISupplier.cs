namespace Fulfilment.Core.Suppliers;

/// <summary>
/// One supplier as the engine sees it, whatever it speaks. An implementation never guesses: what it cannot read, and whatever it is not told the meaning
/// of, is <see cref="SupplierOutcome.Unknown"/>. It throws for bugs alone; time-outs, refused connections and unreadable answers are answers.
/// Safe for any number of calls at once. None may be made inside an open database transaction (<see cref="Storage.OpenTransaction"/>).
/// </summary>
public interface ISupplier
{
    /// <summary>When to ask what became of an attempt, and for how long.</summary>
    SupplierTiming Timing { get; }

    /// <summary>Whether it can be asked what became of an attempt. One that cannot leaves an unknown to an operator.</summary>
    bool CanQuery { get; }

    /// <summary>Whether it is told the most we pay, and refuses a submission that costs more.</summary>
    bool TakesMaxCost => true;

    /// <summary>Whether it has a query for our money there.</summary>
    bool TellsBalance => true;

    /// <summary>Whether it has a query for what it sells.</summary>
    bool TellsProducts => true;

    /// <summary>
    /// The fields of its answers that people may see as they are, such as codes of state and its own numbers: never messages, which may quote a recipient.
    /// Names from the outermost in, with dots between (<c>data.status</c>); items of a list have their list's name. Everything else is masked.
    /// </summary>
    IReadOnlySet<string> HarmlessFields => System.Collections.Frozen.FrozenSet<string>.Empty;

    /// <summary>Asks for one unit, once: never repeated by anybody after a byte of it was sent.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="permit">Used immediately before the first byte is written; a refusal ends in <see cref="SupplierAnswer.NotSent"/>.</param>
    /// <param name="cancellation">Ends the wait, not what the supplier does: after the first byte the answer is then unknown.</param>
    Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation);

    /// <summary>Asks what became of an attempt. Changes nothing at the supplier, so it may be repeated.</summary>
    Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation);

    /// <summary>Our money at the supplier; null when it has no such query, or did not answer.</summary>
    Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation);

    /// <summary>What it sells now; null when it has no such query, or did not answer.</summary>
    Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation);

    /// <summary>Reads and verifies what the supplier sent us. No I/O.</summary>
    ParsedCallback ParseCallback(CallbackRequest request);
}

/// <summary>When a supplier is asked what became of an attempt.</summary>
/// <param name="TotalTimeout">The longest a submission may take, from the first byte to the last of the answer.</param>
/// <param name="FirstQueryAfter">After the submission.</param>
/// <param name="QueryInterval">The shortest time between two queries of one attempt that the supplier accepts.</param>
/// <param name="QueryWindow">For how long after the submission it answers queries; later only an operator can settle the attempt.</param>
/// <param name="NotFoundGrace">"No such order" is believed only so long after the last moment at which the submission could have arrived.</param>
public sealed record SupplierTiming(TimeSpan TotalTimeout, TimeSpan FirstQueryAfter, TimeSpan QueryInterval, TimeSpan QueryWindow, TimeSpan NotFoundGrace);

/// <summary>Our money at a supplier.</summary>
/// <param name="Amount">What is left.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record SupplierBalance(Money Amount, string Currency);

/// <summary>Something a supplier sells.</summary>
/// <param name="SupplierSku">What it calls it.</param>
/// <param name="Name">For people.</param>
/// <param name="UnitCost">What one costs us; null: it does not say.</param>
/// <param name="Currency">ISO 4217, of the cost.</param>
/// <param name="OnShelf">Whether it can be bought now.</param>
/// <param name="FaceValue">Printed value, where it says one.</param>
public sealed record SupplierProduct(string SupplierSku, string Name, Money? UnitCost, string Currency, bool OnShelf, Money? FaceValue = null);

namespace Fulfilment.Core.Suppliers;

/// <summary>The suppliers that this process can call, as the catalogue has them now.</summary>
public interface ISuppliers
{
    /// <summary>For queries and callbacks, also of a paused or inactive supplier; null when it has no adapter or its settings cannot be used.</summary>
    ISupplier? Find(string code);

    /// <summary>Asks to submit one unit. No I/O; a slot that is given must be disposed of.</summary>
    SupplierEntry Enter(string code);

    /// <summary>Whether this node submits nothing to the supplier because the last submissions came to nothing definite.</summary>
    bool IsBreakerOpen(string code);
}

/// <summary>Whether a supplier takes a submission now.</summary>
public abstract record SupplierEntry
{
    private SupplierEntry()
    {
    }

    /// <summary>It does.</summary>
    public sealed record Open(SupplierSlot Slot) : SupplierEntry;

    /// <summary>It would, but as many as are allowed are under way: ask again, do not go on to the next route.</summary>
    /// <param name="RetryAfter">About when.</param>
    public sealed record Busy(TimeSpan RetryAfter) : SupplierEntry;

    /// <summary>It is out of reach: the route is passed by, and not used up.</summary>
    /// <param name="Reason">Why: <c>paused</c>, <c>breaker_open</c>, <c>not_configured</c>.</param>
    public sealed record Shut(string Reason) : SupplierEntry;
}

/// <summary>The right to submit one unit, within the supplier's concurrency and rate. Taken before the attempt is committed, so that nothing waits afterwards.</summary>
/// <param name="supplier">Whom to ask.</param>
/// <param name="release">Gives the place back; called once.</param>
public sealed class SupplierSlot(ISupplier supplier, Action release) : IDisposable
{
    private Action? _release = release;

    /// <summary>Whom to ask.</summary>
    public ISupplier Supplier { get; } = supplier;

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}

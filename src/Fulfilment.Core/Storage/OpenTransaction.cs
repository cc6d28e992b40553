namespace Fulfilment.Core.Storage;

/// <summary>
/// Whether the code that runs now is inside a database transaction. Storage says so; whoever calls a supplier refuses then, because a roll-back would forget
/// codes already bought, and because everybody would wait for the supplier.
/// </summary>
public static class OpenTransaction
{
    private static readonly AsyncLocal<bool> Current = new();

    /// <summary>Whether one is open on this flow of calls.</summary>
    public static bool IsOpen => Current.Value;

    /// <summary>Marks the flow of calls until the mark is disposed of.</summary>
    public static Mark Enter()
    {
        var before = Current.Value;
        Current.Value = true;
        return new Mark(before);
    }

    /// <summary>Throws when a transaction is open.</summary>
    public static void RequireNone()
    {
        if (IsOpen)
        {
            throw new InvalidOperationException("A supplier was about to be called inside an open database transaction.");
        }
    }

    /// <summary>Ends with the transaction.</summary>
    public readonly struct Mark(bool before) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => Current.Value = before;
    }
}

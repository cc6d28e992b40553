using Fulfilment.Core.Suppliers;

namespace Fulfilment.Suppliers.Http;

/// <summary>
/// What the flow of calls that runs now may write to a supplier's connections. <see cref="GuardedStream"/> looks at it before each write; a flow that has none
/// writes nothing, so a request that got past <see cref="SupplierHttp"/> fails rather than being sent twice.
/// </summary>
internal sealed class SendRight
{
    private static readonly AsyncLocal<SendRight?> Current = new();

    private readonly SendPermit? _permit;
    private readonly Action? _firstByte;
    private int _written;

    private SendRight(SendPermit? permit, Action? firstByte) => (_permit, _firstByte) = (permit, firstByte);

    /// <summary>For one submission.</summary>
    /// <param name="permit">Used before the first byte.</param>
    /// <param name="firstByte">Called once, when the permit was good and before the byte is written.</param>
    public static SendRight Once(SendPermit permit, Action firstByte) => new(permit, firstByte);

    /// <summary>For what changes nothing at the supplier.</summary>
    public static SendRight Repeatable() => new(null, null);

    /// <summary>Gives the right to everything that the calling method starts from here on; it ends with that method.</summary>
    public void Grant() => Current.Value = this;

    /// <summary>Throws unless bytes may be written to this connection now.</summary>
    /// <exception cref="SendRefusedException">They may not.</exception>
    public static void Require(object connection)
    {
        if (Current.Value is not { } right || right._permit?.TryUse(connection) == false)
        {
            throw new SendRefusedException();
        }

        if (Interlocked.Exchange(ref right._written, 1) == 0)
        {
            right._firstByte?.Invoke();
        }
    }
}

/// <summary>A write to a supplier that nothing permits. No IOException: .NET takes those for a broken connection and tries the next one.</summary>
internal sealed class SendRefusedException() : Exception("The submission may not be sent, or not again.");

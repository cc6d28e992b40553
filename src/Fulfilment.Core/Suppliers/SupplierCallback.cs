namespace Fulfilment.Core.Suppliers;

/// <summary>What arrived at a supplier's callback address. No record, so that no log prints it.</summary>
public sealed class CallbackRequest
{
    /// <summary>Of HTTP.</summary>
    public required string Method { get; init; }

    /// <summary>As it came, with the question mark; may be empty.</summary>
    public required string QueryString { get; init; }

    /// <summary>Without regard to case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Undecoded.</summary>
    public required byte[] Body { get; init; }
}

/// <summary>A callback as its adapter understands it.</summary>
public abstract record ParsedCallback
{
    private ParsedCallback()
    {
    }

    /// <summary>The supplier's.</summary>
    /// <param name="Reference">Our number for the attempt.</param>
    /// <param name="Outcome">What became of it.</param>
    /// <param name="Reply">What the supplier expects once the callback is on disk.</param>
    /// <param name="InQuery">Whether what it says, and signs for, is behind the question mark; a body, if there is one, says nothing then.</param>
    public sealed record Verified(string Reference, SupplierOutcome Outcome, CallbackReply Reply, bool InQuery = false) : ParsedCallback;

    /// <summary>Not proved to be the supplier's, or not readable. Nothing of it is believed or kept.</summary>
    /// <param name="Reason">For the log: <c>signature</c>, <c>unreadable</c>.</param>
    /// <param name="Reply">The answer.</param>
    public sealed record Refused(string Reason, CallbackReply Reply) : ParsedCallback;
}

/// <summary>An answer to a callback.</summary>
/// <param name="Status">Of HTTP.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Body">The text that the supplier wants to read: <c>success</c>, <c>{"code":0}</c>.</param>
public sealed record CallbackReply(int Status, string ContentType, string Body);

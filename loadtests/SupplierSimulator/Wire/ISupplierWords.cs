namespace SupplierSimulator.Wire;

/// <summary>Speaks as one supplier speaks: reads its customers' requests and writes its answers and callbacks.</summary>
public interface ISupplierWords
{
    /// <summary>What a request asks for.</summary>
    SupplierCall Read(WireRequest request);

    /// <summary>The answer to a request.</summary>
    /// <param name="call">As it was read.</param>
    /// <param name="statement">What to say.</param>
    /// <param name="forged">Whether to sign it with another secret.</param>
    WireAnswer Write(SupplierCall call, Statement statement, bool forged);

    /// <summary>A callback about an order; null: this supplier sends none, or has none for this.</summary>
    WireCallback? Callback(string reference, Statement statement, bool forged);

    /// <summary>Whether the customer has taken a callback.</summary>
    bool IsTaken(int status, string body);
}

/// <summary>A request as it came.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">Undecoded, without the query string.</param>
/// <param name="Query">With the question mark; may be empty.</param>
/// <param name="Headers">Without regard to case.</param>
/// <param name="Body">Undecoded.</param>
public sealed record WireRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>An answer as it is sent.</summary>
public sealed record WireAnswer(int Status, string ContentType, byte[] Body)
{
    /// <summary>Beside the content's own.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>A callback as it is sent.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Query">To be added to the callback address, with the question mark; may be empty.</param>
/// <param name="Headers">Beside the content's own.</param>
/// <param name="ContentType">Of the body; null: no body.</param>
/// <param name="Body">Undecoded.</param>
public sealed record WireCallback(string Method, string Query, IReadOnlyDictionary<string, string> Headers, string? ContentType, byte[] Body);

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>A request ready to be sent. No record, so that no log prints it.</summary>
public sealed class WrittenRequest
{
    /// <summary>Of HTTP.</summary>
    public required string Method { get; init; }

    /// <summary>Path and query, escaped; begins with a slash.</summary>
    public required string PathAndQuery { get; init; }

    /// <summary>Beside those of the body.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Of the body; null: there is none.</summary>
    public string? ContentType { get; init; }

    /// <summary>In UTF-8.</summary>
    public byte[] Body { get; init; } = [];
}

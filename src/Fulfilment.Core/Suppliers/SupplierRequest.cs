namespace Fulfilment.Core.Suppliers;

/// <summary>One attempt as a supplier is asked about it. No record, so that no log prints a recipient by accident.</summary>
public sealed class SupplierRequest
{
    /// <summary>The attempt's id; the supplier knows it as <see cref="Reference"/>.</summary>
    public required long AttemptId { get; init; }

    /// <summary>Our number for the attempt, unique for ever: 19 decimal digits at most.</summary>
    public string Reference => AttemptId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What the supplier calls the product.</summary>
    public required string SupplierSku { get; init; }

    /// <summary>The account to credit, or null.</summary>
    public string? Recipient { get; init; }

    /// <summary>The SKU's declared inputs as the order gave them.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the unit is a code, so that "issued" without one is not the end.</summary>
    public required bool ExpectsCode { get; init; }

    /// <summary>The most we pay: for suppliers that refuse a submission when their price has risen above it.</summary>
    public required Money MaxCost { get; init; }

    /// <summary>ISO 4217, of the cost.</summary>
    public required string Currency { get; init; }

    /// <summary>When the attempt was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The supplier's own number, once an answer has told it.</summary>
    public string? Receipt { get; init; }
}

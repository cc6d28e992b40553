namespace Fulfilment.Core.Suppliers;

/// <summary>How suppliers have been doing.</summary>
public interface ISupplierRecord
{
    /// <summary>What came of the attempts submitted since then, by supplier.</summary>
    Task<IReadOnlyList<SupplierResults>> ResultsAsync(DateTimeOffset since, CancellationToken cancellation);

    /// <summary>Attempts that are unknown and were submitted before then, by supplier and currency.</summary>
    Task<IReadOnlyList<OldUnknowns>> UnknownsAsync(DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>What came of a supplier's attempts.</summary>
/// <param name="SupplierId">Which supplier.</param>
/// <param name="Issued">Issued, of which some cannot be delivered.</param>
/// <param name="Unusable">Of those, the ones that cannot be delivered.</param>
/// <param name="Rejected">Refused for good.</param>
/// <param name="Unknown">Nobody knows yet.</param>
public sealed record SupplierResults(long SupplierId, long Issued, long Unusable, long Rejected, long Unknown)
{
    /// <summary>Attempts with a result, an unknown one among them.</summary>
    public long All => Issued + Rejected + Unknown;

    /// <summary>Those that delivered nothing.</summary>
    public long Failures => Unusable + Rejected + Unknown;
}

/// <summary>Old unknowns of a supplier.</summary>
/// <param name="SupplierId">Which supplier.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Units">How many.</param>
/// <param name="Cost">What we owe if all were issued.</param>
/// <param name="OldestAttempt">Its id carries the time.</param>
public sealed record OldUnknowns(long SupplierId, string Currency, long Units, Money Cost, long OldestAttempt);

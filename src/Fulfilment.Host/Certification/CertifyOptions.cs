using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Host.Certification;

/// <summary>What is certified, and where.</summary>
/// <param name="Definition">Without mistakes.</param>
/// <param name="At">The host that is asked.</param>
internal sealed record CertifyOptions(SupplierDefinition Definition, Uri At)
{
    /// <summary>Where callbacks are listened for: <c>http://127.0.0.1:9091</c>; null: nowhere.</summary>
    public string? Listen { get; init; }

    /// <summary>How long an order that is under way may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Between two queries in place of what the definition says; null: as it says.</summary>
    public TimeSpan? Pace { get; init; }

    /// <summary>How long an answer is waited for in place of what the definition says; null: as it says.</summary>
    public TimeSpan? GiveUpAfter { get; init; }
}

using Fulfilment.Core.Suppliers;

namespace Fulfilment.Suppliers.Declarative.Model;

/// <summary>How a supplier is called, as its file says. <see cref="Reading.DefinitionReader"/> makes it, and only of a file without mistakes.</summary>
public sealed record SupplierDefinition
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Where its paths begin; the settings may say another. No slash at the end.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>ISO 4217, of every amount that it tells.</summary>
    public required string Currency { get; init; }

    /// <summary>Of every time that is written as a date.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>What the settings have to give, by name, with an explanation for people.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>Asks for one unit.</summary>
    public required OrderCall Submit { get; init; }

    /// <summary>Asks what became of one; null: it cannot be asked.</summary>
    public OrderCall? Query { get; init; }

    /// <summary>Asks for our money.</summary>
    public BalanceCall? Balance { get; init; }

    /// <summary>Asks what it sells.</summary>
    public ProductsCall? Products { get; init; }

    /// <summary>What it tells us of its own accord; null: it does not, or nothing that we could believe.</summary>
    public CallbackDefinition? Callback { get; init; }

    /// <summary>When to ask.</summary>
    public required SupplierTiming Timing { get; init; }

    /// <summary>How much it bears at once, where the settings say nothing else.</summary>
    public LimitsDefinition Limits { get; init; } = new(null, null);

    /// <summary>What plays which outcome at its test host; null: it has none.</summary>
    public TestHost? Tests { get; init; }
}

/// <summary>How much a supplier bears.</summary>
/// <param name="Concurrency">Submissions at once.</param>
/// <param name="PerSecond">Requests a second.</param>
public sealed record LimitsDefinition(int? Concurrency, int? PerSecond);

/// <summary>A supplier's host for trials.</summary>
/// <param name="BaseUrl">In place of the real one.</param>
/// <param name="Cases">What can be played there.</param>
public sealed record TestHost(Uri? BaseUrl, IReadOnlyList<TestCase> Cases);

/// <summary>A product or recipient with which a test host plays an outcome.</summary>
/// <param name="Outcome">Of the submission.</param>
/// <param name="Then">What queries, or the callback, tell at last; null: the outcome is the end.</param>
/// <param name="SupplierSku">The product.</param>
/// <param name="Recipient">The account, if there is one.</param>
/// <param name="Inputs">Further inputs.</param>
public sealed record TestCase(TestOutcome Outcome, TestOutcome? Then, string SupplierSku, string? Recipient, IReadOnlyDictionary<string, string> Inputs);

/// <summary>What a test host plays.</summary>
public enum TestOutcome
{
    /// <summary>Done.</summary>
    Issued,

    /// <summary>Refused for good.</summary>
    Rejected,

    /// <summary>Not taken in for the moment.</summary>
    NotNow,

    /// <summary>Under way.</summary>
    Processing,

    /// <summary>A code that says nothing definite.</summary>
    Unknown,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The connection ends without an answer.</summary>
    ConnectionClosed,

    /// <summary>Signed by somebody else.</summary>
    WrongSignature,

    /// <summary>A query is told that there is no such order.</summary>
    NotFound,

    /// <summary>The number was used before.</summary>
    DuplicateNumber,
}

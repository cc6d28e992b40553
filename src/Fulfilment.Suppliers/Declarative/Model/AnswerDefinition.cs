using Fulfilment.Suppliers.Declarative.Answers;

namespace Fulfilment.Suppliers.Declarative.Model;

/// <summary>A submission or a query, and how its answer is read.</summary>
public sealed record OrderCall(RequestDefinition Request, IReadOnlyList<int> HttpStatuses, OrderAnswer Answer);

/// <summary>Asks for our money.</summary>
/// <param name="Request">What is sent.</param>
/// <param name="HttpStatuses">Those whose body is read.</param>
/// <param name="Code">Whether the call worked; null: where the amount is, it did.</param>
/// <param name="Amount">What is left.</param>
public sealed record BalanceCall(RequestDefinition Request, IReadOnlyList<int> HttpStatuses, ValueMap? Code, MoneyPath Amount);

/// <summary>Asks what the supplier sells.</summary>
/// <param name="Request">What is sent; with <c>{{page}}</c> once a page, until one is empty.</param>
/// <param name="HttpStatuses">Those whose body is read.</param>
/// <param name="Code">Whether the call worked; null: where the list is, it did.</param>
/// <param name="Products">How the list is read.</param>
public sealed record ProductsCall(RequestDefinition Request, IReadOnlyList<int> HttpStatuses, ValueMap? Code, ProductList Products);

/// <summary>A list of products. The paths of the fields begin at an entry.</summary>
public sealed record ProductList
{
    /// <summary>Where the list is.</summary>
    public required JsonPath List { get; init; }

    /// <summary>What the supplier calls the product.</summary>
    public required JsonPath Sku { get; init; }

    /// <summary>For people.</summary>
    public required JsonPath Name { get; init; }

    /// <summary>What one costs us.</summary>
    public MoneyPath? Cost { get; init; }

    /// <summary>Printed value.</summary>
    public MoneyPath? FaceValue { get; init; }

    /// <summary>The values that mean it can be bought (<see cref="Meaning.Ok"/>); null: whatever is listed can.</summary>
    public ValueMap? OnShelf { get; init; }
}

/// <summary>How a message about an order is read: the answer to a submission or query, or a callback. What is not listed is unknown.</summary>
public sealed record OrderAnswer
{
    /// <summary>Whether the call worked, or all there is to know.</summary>
    public ValueMap? Code { get; init; }

    /// <summary>Where the order stands; read when <see cref="Code"/> says so, or when there is none.</summary>
    public ValueMap? Status { get; init; }

    /// <summary>The supplier's sentence, for people.</summary>
    public JsonPath? Message { get; init; }

    /// <summary>Our number, where the message repeats it: a message about another order is unknown.</summary>
    public JsonPath? Reference { get; init; }

    /// <summary>The supplier's own number.</summary>
    public JsonPath? Receipt { get; init; }

    /// <summary>What it charged.</summary>
    public MoneyPath? Cost { get; init; }

    /// <summary>The codes.</summary>
    public CardsDefinition? Cards { get; init; }

    /// <summary>How the answer is signed; null: it is not, or a callback, which says so itself.</summary>
    public SignedAnswer? Signed { get; init; }

    /// <summary>Every meaning that it can have.</summary>
    public IReadOnlySet<Meaning> Meanings => (Code?.Values ?? []).Concat(Status?.Values ?? []).Select(value => value.Means).ToHashSet();
}

/// <summary>A signature that an answer must have; without it, or with a wrong one, the answer is unknown.</summary>
public sealed record SignedAnswer(SignatureDefinition Signature, SignaturePlace Sign);

/// <summary>Where a signature stands.</summary>
/// <param name="InHeader">In a header, else among the fields.</param>
/// <param name="Name">Of it.</param>
public sealed record SignaturePlace(bool InHeader, string Name);

/// <summary>Where a code stands and what its values mean.</summary>
public sealed record ValueMap(JsonPath Path, IReadOnlyList<MeaningOfValue> Values);

/// <summary>What one value means.</summary>
/// <param name="Json">As JSON: <c>0</c> and <c>"0"</c> are not the same.</param>
/// <param name="Means">The outcome.</param>
/// <param name="Text">What the supplier's document says of it.</param>
/// <param name="AffectsAll">Of a rejection, also of one for the moment: it has nothing to do with the order, and the next one would be refused as well (balance, key).</param>
public sealed record MeaningOfValue(string Json, Meaning Means, string? Text, bool AffectsAll = false);

/// <summary>What a value means.</summary>
public enum Meaning
{
    /// <summary>Done.</summary>
    Issued,

    /// <summary>Not done, and never will be.</summary>
    Rejected,

    /// <summary>Of a submission: not taken in, because the supplier takes no more for the moment; another may be sent later.</summary>
    NotNow,

    /// <summary>Under way.</summary>
    Processing,

    /// <summary>It may be done or not: ask.</summary>
    Unknown,

    /// <summary>Of a query: there is no such order.</summary>
    NotFound,

    /// <summary>Of a code: the call worked, the status says the rest.</summary>
    SeeStatus,

    /// <summary>Of a balance or list: it worked. Of a product: it can be bought.</summary>
    Ok,
}

/// <summary>An amount in an answer.</summary>
public sealed record MoneyPath(JsonPath Path, MoneyUnit Unit);

/// <summary>What a number of money counts.</summary>
public enum MoneyUnit
{
    /// <summary>The currency's unit: 12.50.</summary>
    Yuan,

    /// <summary>Hundredths: 1250.</summary>
    Fen,

    /// <summary>Thousandths: 12500.</summary>
    Li,
}

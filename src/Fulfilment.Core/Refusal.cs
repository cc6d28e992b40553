namespace Fulfilment.Core;

/// <summary>Why a request was not carried out: a stable code, and which field is at fault where one is.</summary>
/// <param name="Code">Stable; mapped to a status and a sentence in one place of the host.</param>
/// <param name="Param">JSON pointer of the field at fault: <c>/lines/0/quantity</c>; or a query parameter's name.</param>
/// <param name="Detail">What in particular, in English, for a developer; never a code, a recipient or a secret. Null: the code's general sentence, in the caller's language.</param>
public sealed record Refusal(RefusalCode Code, string? Param = null, string? Detail = null);

/// <summary>The codes of API.md, in its order of precedence where it gives one. In the API: snake case.</summary>
public enum RefusalCode
{
    /// <summary>The request is not of the documented form.</summary>
    InvalidRequest,

    /// <summary>No key, or none that is live.</summary>
    Unauthorized,

    /// <summary>The key may not do this.</summary>
    Forbidden,

    /// <summary>The key may not be used from this address.</summary>
    IpNotAllowed,

    /// <summary>There is no such thing, or it is somebody else's.</summary>
    NotFound,

    /// <summary>The body is too large.</summary>
    TooLarge,

    /// <summary>The body is not of a media type this endpoint reads.</summary>
    UnsupportedMediaType,

    /// <summary>More requests a second than the storefront may send.</summary>
    RateLimited,

    /// <summary>The engine is too busy to admit the request; nothing was done.</summary>
    Overloaded,

    /// <summary>A fault of ours.</summary>
    Internal,

    /// <summary>The reference belongs to an order with other content.</summary>
    ReferenceConflict,

    /// <summary>No SKU of this code.</summary>
    UnknownSku,

    /// <summary>The SKU is not for sale now.</summary>
    SkuOffShelf,

    /// <summary>Fewer or more units than the SKU allows, or than an order may have.</summary>
    QuantityOutOfRange,

    /// <summary>The SKU needs a recipient.</summary>
    RecipientRequired,

    /// <summary>The SKU takes no recipient.</summary>
    RecipientNotAllowed,

    /// <summary>The recipient does not match the SKU's pattern.</summary>
    RecipientInvalid,

    /// <summary>An input is missing, undeclared or does not match.</summary>
    InputInvalid,

    /// <summary>The SKU is priced in another currency.</summary>
    CurrencyMismatch,

    /// <summary>The SKU has no route.</summary>
    RouteNotAvailable,

    /// <summary>The price is above the line's <c>maxUnitPrice</c>.</summary>
    PriceChanged,

    /// <summary>The deposit or credit does not cover the order.</summary>
    InsufficientBalance,

    /// <summary>Refused by a risk rule.</summary>
    RiskRejected,

    /// <summary>Too many orders of a kind in a time.</summary>
    VelocityLimited,

    /// <summary>Not enough codes in stock.</summary>
    OutOfStock,

    /// <summary>Nothing of the order can be cancelled any more.</summary>
    NotCancellable,

    /// <summary>The order is not held (any more).</summary>
    NotHeld,

    /// <summary>The batch was recalled or rejected while it was imported.</summary>
    BatchRecalled,

    /// <summary>The order has no such unit.</summary>
    UnknownUnit,

    /// <summary>The unit is not, or no longer, one that may be replaced, refunded or flagged.</summary>
    NotEligible,

    /// <summary>The unit is in another after-sales case that waits or is done.</summary>
    AlreadyInCase,

    /// <summary>The after-sales case does not wait for a decision (any more).</summary>
    NotPending,

    /// <summary>Who asked may not approve.</summary>
    SecondPersonRequired,

    /// <summary>The batch is frozen, recalled, or not approved, so its keys are not given out.</summary>
    BatchNotSellable,

    /// <summary>What is asked for cannot be done in the state it is in.</summary>
    StateConflict,

    /// <summary>There is one with this code already.</summary>
    AlreadyExists,

    /// <summary>The batch was taken out of sale by a restore, and only a release with the evidence in view puts it back.</summary>
    BatchRestored,

    /// <summary>The batch does not wait for a release after a restore.</summary>
    NotRestored,

    /// <summary>The evidence is not what it was when it was looked at.</summary>
    EvidenceOutdated,

    /// <summary>The storefront's settlement cannot change while it has money or holds in a wallet.</summary>
    WalletNotEmpty,

    /// <summary>The idempotency key was used with another request.</summary>
    IdempotencyMismatch,

    /// <summary>The first request with this idempotency key is still running.</summary>
    InProgress,
}

/// <summary>What came of a use case: its result, or why there is none.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Refusal? refusal)
    {
        _value = value;
        Refusal = refusal;
    }

    /// <summary>Null when there is a <see cref="Value"/>.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Throws when there is a <see cref="Refusal"/>.</summary>
    public T Value => Refusal is null ? _value! : throw new InvalidOperationException($"Refused: {Refusal.Code}.");

    /// <summary>A result.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    internal static Result<T> From(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);
}

/// <summary>Makes results whose type is an interface, which has no implicit conversion.</summary>
public static class Result
{
    /// <summary>A result.</summary>
    public static Result<T> Of<T>(T value) => Result<T>.From(value);
}

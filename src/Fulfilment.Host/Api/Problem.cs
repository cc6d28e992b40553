using System.Text.Json;
using Fulfilment.Core;

namespace Fulfilment.Host.Api;

/// <summary>What a refusal is over HTTP: the one mapping of codes to statuses and sentences.</summary>
/// <param name="Code">In snake case, as callers compare it.</param>
/// <param name="Type">A stable URN; it names the problem and is not an address.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Retryable">Whether the same request may succeed later without anybody having changed anything.</param>
/// <param name="English">Title and general sentence.</param>
/// <param name="Chinese">The same for zh-CN.</param>
internal sealed record Problem(string Code, string Type, int Status, bool Retryable, ProblemText English, ProblemText Chinese)
{
    private const string TypePrefix = "urn:fulfilment:problem:";

    private static readonly Problem[] All = [.. Enum.GetValues<RefusalCode>().Order().Select(Create)];

    public static Problem Of(RefusalCode code) => All[(int)code];

    private static Problem Create(RefusalCode code)
    {
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());
        return new Problem(name, TypePrefix + name, StatusOf(code), IsRetryable(code), ProblemTexts.English(code), ProblemTexts.Chinese(code));
    }

    private static int StatusOf(RefusalCode code) => code switch
    {
        RefusalCode.InvalidRequest => StatusCodes.Status400BadRequest,
        RefusalCode.Unauthorized => StatusCodes.Status401Unauthorized,
        RefusalCode.InsufficientBalance => StatusCodes.Status402PaymentRequired,
        RefusalCode.Forbidden or RefusalCode.IpNotAllowed or RefusalCode.RiskRejected
            or RefusalCode.SecondPersonRequired => StatusCodes.Status403Forbidden,
        RefusalCode.NotFound => StatusCodes.Status404NotFound,
        RefusalCode.ReferenceConflict or RefusalCode.PriceChanged or RefusalCode.OutOfStock or RefusalCode.NotCancellable
            or RefusalCode.NotHeld or RefusalCode.BatchRecalled or RefusalCode.NotEligible or RefusalCode.AlreadyInCase or RefusalCode.NotPending or RefusalCode.BatchNotSellable
            or RefusalCode.StateConflict or RefusalCode.AlreadyExists or RefusalCode.BatchRestored or RefusalCode.NotRestored
            or RefusalCode.EvidenceOutdated or RefusalCode.WalletNotEmpty or RefusalCode.InProgress => StatusCodes.Status409Conflict,
        RefusalCode.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalCode.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        RefusalCode.UnknownSku or RefusalCode.SkuOffShelf or RefusalCode.QuantityOutOfRange or RefusalCode.RecipientRequired
            or RefusalCode.RecipientNotAllowed or RefusalCode.RecipientInvalid or RefusalCode.InputInvalid or RefusalCode.CurrencyMismatch
            or RefusalCode.RouteNotAvailable or RefusalCode.UnknownUnit or RefusalCode.IdempotencyMismatch => StatusCodes.Status422UnprocessableEntity,
        RefusalCode.RateLimited or RefusalCode.VelocityLimited => StatusCodes.Status429TooManyRequests,
        RefusalCode.Internal => StatusCodes.Status500InternalServerError,
        RefusalCode.Overloaded => StatusCodes.Status503ServiceUnavailable,
    };

    // After a fault of ours the outcome may be unknown, and the same request is still the right thing to send: it makes nothing twice.
    private static bool IsRetryable(RefusalCode code) => code
        is RefusalCode.RateLimited or RefusalCode.VelocityLimited or RefusalCode.Overloaded or RefusalCode.Internal or RefusalCode.InProgress;
}

/// <param name="Title">The kind of problem, the same each time.</param>
/// <param name="Detail">The general sentence, for a refusal that says nothing more particular.</param>
internal sealed record ProblemText(string Title, string Detail);

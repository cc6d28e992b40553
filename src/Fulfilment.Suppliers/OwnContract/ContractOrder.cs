using System.Globalization;
using System.Text.Json;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;

namespace Fulfilment.Suppliers.OwnContract;

/// <summary>What an order of the other installation says about our unit, and what a refusal says.</summary>
internal static class ContractOrder
{
    /// <summary>Refusals that every other order would meet too.</summary>
    public static readonly IReadOnlySet<string> FaultReasons =
        new HashSet<string>(StringComparer.Ordinal) { "unauthorized", "forbidden", "ip_not_allowed", "not_found", "rate_limited", "velocity_limited", "insufficient_balance" };

    // Nothing was done, and the same may be asked for later: the contract says so of these two alone, and only in its own words.
    private static readonly HashSet<string> NotNow = new(StringComparer.Ordinal) { "rate_limited", "velocity_limited" };

    private const string Problem = "application/problem+json";

    /// <summary>Of the answer to a submission, which is an order or a refusal.</summary>
    public static SupplierAnswer ReadSubmission(WholeAnswer answer, SupplierRequest request)
    {
        if (answer.Status < 400)
        {
            return ReadOrder(answer, request);
        }

        // Only the engine itself says problem+json with a code; anything else comes from something in between, which knows nothing of the order.
        if (answer.ContentType != Problem)
        {
            return Unknown("unreadable", answer);
        }

        using var problem = JsonDocument.Parse(answer.Body);
        var code = problem.RootElement.GetProperty("code").GetString();

        // No 4xx uses up the reference. This one says that an order has it which is not ours.
        return IsCode(code) && code != "reference_conflict" ? Refused(code!, answer) : Unknown(IsCode(code) ? code! : "unreadable", answer);
    }

    /// <summary>Of an order, whoever it was asked from.</summary>
    public static SupplierAnswer ReadOrder(WholeAnswer answer, SupplierRequest request)
    {
        using var document = JsonDocument.Parse(answer.Body);
        return Read(document.RootElement, request, answer);
    }

    /// <summary>Of the list of orders with our reference: the order, or none.</summary>
    public static SupplierAnswer ReadList(WholeAnswer answer, SupplierRequest request)
    {
        if (answer.Status != 200)
        {
            return Unknown(Http(answer), answer);
        }

        using var document = JsonDocument.Parse(answer.Body);
        var orders = document.RootElement.GetProperty("data");
        return orders.GetArrayLength() switch
        {
            0 => new SupplierAnswer.NotFound(answer.Raw),
            1 => Read(orders[0], request, answer),
            _ => Unknown("unreadable", answer),
        };
    }

    public static string Http(WholeAnswer answer) => string.Create(CultureInfo.InvariantCulture, $"http_{answer.Status}");

    public static SupplierAnswer.Answered Unknown(string reason, WholeAnswer answer) => new(new SupplierOutcome.Unknown(reason), answer.Raw);

    private static SupplierAnswer.Answered Refused(string code, WholeAnswer answer) => new(new SupplierOutcome.Rejected(code, NotNow.Contains(code)), answer.Raw);

    private static SupplierAnswer.Answered Rejected(string reason, WholeAnswer answer) => new(new SupplierOutcome.Rejected(reason), answer.Raw);

    private static SupplierAnswer Read(JsonElement order, SupplierRequest request, WholeAnswer answer)
    {
        var lines = order.GetProperty("lines");
        if (order.GetProperty("clientReference").GetString() != request.Reference || lines.GetArrayLength() != 1 || lines[0].GetProperty("sku").GetString() != request.SupplierSku)
        {
            return Unknown("not_our_order", answer);
        }

        var receipt = order.GetProperty("id").GetString();

        // A unit that was replaced has another in its place.
        var units = lines[0].GetProperty("units").EnumerateArray().Where(unit => Status(unit) != "replaced").ToList();
        var states = units.Select(Status).Distinct().ToList();
        if (states.Count == 0 || states.Contains("unknown"))
        {
            return Unknown("unknown_there", answer);
        }

        if (states.Any(state => state is "pending" or "reserved" or "processing" or "manual"))
        {
            return new SupplierAnswer.Answered(new SupplierOutcome.Processing(receipt), answer.Raw);
        }

        return states switch
        {
            ["delivered"] => new SupplierAnswer.Answered(new SupplierOutcome.Issued([.. units.SelectMany(Code)], receipt, Cost(lines[0], units.Count)), answer.Raw),
            _ when states.All(state => state is "failed" or "cancelled") => Rejected(Failure(units[0]), answer),

            // A bundle of which only a part came, or something given back before we had it: a person has to look.
            _ => Unknown("partly_there", answer),
        };
    }

    private static bool IsCode(string? text) => text is { Length: > 0 and <= 64 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Status(JsonElement unit) => unit.GetProperty("status").GetString() ?? "";

    private static IEnumerable<IssuedCode> Code(JsonElement unit)
    {
        if (!unit.TryGetProperty("code", out var code) || code.ValueKind is JsonValueKind.Null)
        {
            return [];
        }

        var number = code.TryGetProperty("number", out var given) ? given.GetString() : null;
        DateOnly? expires = unit.TryGetProperty("expiresOn", out var day) && day.GetString() is { } text ? DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

        // It has a place of its own for what went wrong, so whatever stands here is a code.
        return [new IssuedCode(new CodeText(number, code.GetProperty("secret").GetString() ?? ""), expires, HasKnownForm: true)];
    }

    private static Money? Cost(JsonElement line, int units) =>
        units == 1 && line.TryGetProperty("unitPrice", out var price) && Money.TryParse(price.GetString(), out var cost) ? cost : null;

    private static string Failure(JsonElement unit) =>
        unit.TryGetProperty("failure", out var failure) && failure.ValueKind is JsonValueKind.Object && failure.GetProperty("code").GetString() is { } code && IsCode(code)
            ? code
            : Status(unit);
}

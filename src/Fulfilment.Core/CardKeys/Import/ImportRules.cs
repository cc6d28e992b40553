namespace Fulfilment.Core.CardKeys.Import;

/// <summary>What the details of an import may look like.</summary>
internal static class ImportRules
{
    private const int LongestKey = 200;
    private const int LongestText = 200;

    // The days a row may have, so that a default means what the same date in a row means.
    private static readonly DateOnly EarliestExpiry = new(2000, 1, 1);
    private static readonly DateOnly LatestExpiry = new(9998, 12, 31);

    /// <summary>The fault of an idempotency key; null when there is none.</summary>
    public static Refusal? CheckKey(string? key) => key is not { Length: > 0 and <= LongestKey } || key.AsSpan().ContainsAnyExceptInRange('!', '~')
        ? Fault("Idempotency-Key", "An idempotency key of 1 to 200 printable ASCII characters without spaces is required.")
        : null;

    /// <summary>The first fault of the rest; null when there is none. Params are the names of query parameters and headers.</summary>
    public static Refusal? Check(ImportBatchCommand command)
    {
        if (command.UnitCost < Money.Zero || command.UnitCost > Money.Largest)
        {
            return Fault("unitCost", "The cost is negative or too large.");
        }

        if (command.Currency is { } currency && (currency.Length != 3 || currency.AsSpan().ContainsAnyExceptInRange('A', 'Z')))
        {
            return Fault("currency", "A currency is three capital letters.");
        }

        if (command.ExpiresOn is { } day && (day < EarliestExpiry || day > LatestExpiry))
        {
            return Fault("expiresOn", "The date is not between 2000-01-01 and 9998-12-31.");
        }

        return CheckText("supplier", command.Supplier) ?? CheckText("purchaseReference", command.PurchaseReference);
    }

    private static Refusal? CheckText(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        return text.Length is 0 or > LongestText || text.Any(char.IsControl) || !WellFormedText.Is(text)
            ? Fault(name, "A text of 1 to 200 characters without control characters is expected.")
            : null;
    }

    private static Refusal Fault(string param, string detail) => new(RefusalCode.InvalidRequest, param, detail);
}

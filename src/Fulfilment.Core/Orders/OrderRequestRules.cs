namespace Fulfilment.Core.Orders;

/// <summary>What an order request must look like, whatever is in the catalogue. Anything else is <c>invalid_request</c>.</summary>
public static class OrderRequestRules
{
    /// <summary>Most lines in an order.</summary>
    public const int MostLines = 50;

    /// <summary>Most units in an order.</summary>
    public const int MostUnits = 5_000;

    /// <summary>Longest client reference, in characters.</summary>
    public const int LongestReference = 128;

    private const int LongestName = 64;
    private const int LongestValue = 512;
    private const int MostPairs = 20;

    /// <summary>The first rule that is broken, or null.</summary>
    public static Refusal? Check(OrderRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Text(request.ClientReference, LongestReference, "/clientReference", required: true)
            ?? (IsCurrency(request.Currency) ? null : new Refusal(RefusalCode.InvalidRequest, "/currency", "A currency is three capital letters, for example CNY."))
            ?? Text(request.Campaign, LongestName, "/campaign")
            ?? Pairs(request.Metadata, "/metadata")
            ?? CheckBuyer(request.Buyer)
            ?? CheckLines(request.Lines);
    }

    private static Refusal? CheckBuyer(BuyerRequest? buyer) => buyer is null
        ? null
        : Text(buyer.Reference, LongestReference, "/buyer/reference")
            ?? Text(buyer.Ip, LongestName, "/buyer/ip")
            ?? Text(buyer.DeviceId, LongestReference, "/buyer/deviceId")
            ?? Text(buyer.Contact, LongestReference, "/buyer/contact");

    private static Refusal? CheckLines(IReadOnlyList<OrderLineRequest>? lines)
    {
        if (lines is null || lines.Count is 0 or > MostLines)
        {
            return new Refusal(RefusalCode.InvalidRequest, "/lines", $"An order has 1 to {MostLines} lines.");
        }

        for (var i = 0; i < lines.Count; i++)
        {
            // A null among the lines is well-formed JSON, so it gets here.
            if (lines[i] is not { } line)
            {
                return new Refusal(RefusalCode.InvalidRequest, $"/lines/{i}");
            }

            if (CheckLine(line, i) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    private static Refusal? CheckLine(OrderLineRequest line, int index)
    {
        // The pointers are built only for a line at fault: this runs for every order.
        var fault = Text(line.Sku, LongestName, "sku", required: true)
            ?? Text(line.Recipient, LongestReference, "recipient")
            ?? Pairs(line.Inputs, "inputs")
            ?? Price(line.MaxUnitPrice, "maxUnitPrice")
            ?? Price(line.SalePrice, "salePrice")
            ?? Pairs(line.Metadata, "metadata");
        return fault is null ? null : fault with { Param = $"/lines/{index}/{fault.Param}" };
    }

    private static Refusal? Price(Money? price, string param) =>
        price > Money.Largest ? new Refusal(RefusalCode.InvalidRequest, param, $"A price is at most {Money.Largest}.") : null;

    private static Refusal? Text(string? text, int longest, string param, bool required = false)
    {
        if (text is null)
        {
            return required ? new Refusal(RefusalCode.InvalidRequest, param, "The field is required.") : null;
        }

        if (text.Length > longest || (required && text.Length == 0))
        {
            return new Refusal(RefusalCode.InvalidRequest, param, $"The text is 1 to {longest} characters long.");
        }

        foreach (var c in text)
        {
            if (char.IsControl(c))
            {
                return new Refusal(RefusalCode.InvalidRequest, param, "Control characters are not allowed.");
            }
        }

        return null;
    }

    private static Refusal? Pairs(IReadOnlyDictionary<string, string>? pairs, string param)
    {
        if (pairs is null)
        {
            return null;
        }

        if (pairs.Count > MostPairs)
        {
            return new Refusal(RefusalCode.InvalidRequest, param, $"At most {MostPairs} entries.");
        }

        foreach (var (name, value) in pairs)
        {
            if ((Text(name, LongestName, param, required: true) ?? (value is null ? new Refusal(RefusalCode.InvalidRequest, param) : Text(value, LongestValue, param))) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static bool IsCurrency(string? text) =>
        text is { Length: 3 } && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiLetterUpper(text[1]) && char.IsAsciiLetterUpper(text[2]);
}

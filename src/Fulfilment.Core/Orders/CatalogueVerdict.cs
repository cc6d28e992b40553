using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Orders;

/// <summary>Judges an order by a catalogue: SKUs, quantities, recipients, inputs, currency and price; API.md, Orders. It asks nothing else.</summary>
internal static class CatalogueVerdict
{
    /// <summary>Over all lines the refusal that API.md lists first wins, so that the answer does not depend on the lines' order.</summary>
    /// <param name="request">Of the documented form.</param>
    /// <param name="snapshot">What is for sale.</param>
    /// <param name="canServe">Whether one of a SKU's routes can deliver it; of a bundle its components are asked for.</param>
    /// <param name="skus">One a line, when there is no refusal.</param>
    public static Refusal? Judge(OrderRequest request, CatalogueSnapshot snapshot, Func<Sku, bool> canServe, out Sku[] skus)
    {
        var found = new Sku?[request.Lines.Count];
        Refusal? first = null;
        var units = 0L;
        for (var i = 0; i < found.Length; i++)
        {
            var line = request.Lines[i];
            found[i] = snapshot.FindSku(line.Sku);
            units += (long)line.Quantity * UnitsEach(found[i]);
            if (JudgeLine(request, line, found[i], snapshot, canServe) is { } refusal && (first is null || refusal.Code < first.Code))
            {
                first = refusal with { Param = $"/lines/{i}/{refusal.Param}" };
            }
        }

        if (units > OrderRequestRules.MostUnits && (first is null || RefusalCode.QuantityOutOfRange < first.Code))
        {
            first = new Refusal(RefusalCode.QuantityOutOfRange, "/lines", $"An order has at most {OrderRequestRules.MostUnits} units.");
        }

        skus = first is null ? (Sku[])found! : [];
        return first;
    }

    private static int UnitsEach(Sku? sku) => sku?.Kind == SkuKind.Bundle ? sku.Components.Sum(component => component.Quantity) : 1;

    private static Refusal? JudgeLine(OrderRequest request, OrderLineRequest line, Sku? sku, CatalogueSnapshot snapshot, Func<Sku, bool> canServe)
    {
        if (sku is null)
        {
            return new Refusal(RefusalCode.UnknownSku, "sku");
        }

        if (!sku.OnShelf || sku.Components.Any(component => snapshot.FindSku(component.Sku) is not { OnShelf: true }))
        {
            return new Refusal(RefusalCode.SkuOffShelf, "sku");
        }

        if (line.Quantity < sku.MinPerOrder || line.Quantity > sku.MaxPerOrder)
        {
            return new Refusal(RefusalCode.QuantityOutOfRange, "quantity", $"This SKU is sold in quantities of {sku.MinPerOrder} to {sku.MaxPerOrder}.");
        }

        return JudgeRecipient(line, sku)
            ?? JudgeInputs(line, sku)
            ?? (request.Currency == sku.Currency ? null : new Refusal(RefusalCode.CurrencyMismatch, "sku", $"This SKU is priced in {sku.Currency}."))
            ?? (CanServe(sku, snapshot, canServe) ? null : new Refusal(RefusalCode.RouteNotAvailable, "sku"))
            ?? (sku.Price > line.MaxUnitPrice ? new Refusal(RefusalCode.PriceChanged, "maxUnitPrice", $"The price is {sku.Price} {sku.Currency}.") : null);
    }

    private static bool CanServe(Sku sku, CatalogueSnapshot snapshot, Func<Sku, bool> canServe) => sku.Kind == SkuKind.Bundle
        ? sku.Components.Count > 0 && sku.Components.All(component => canServe(snapshot.FindSku(component.Sku)!))
        : canServe(sku);

    private static Refusal? JudgeRecipient(OrderLineRequest line, Sku sku) => (sku.RecipientMode, line.Recipient) switch
    {
        (RecipientMode.Required, var recipient) when string.IsNullOrWhiteSpace(recipient) => new Refusal(RefusalCode.RecipientRequired, "recipient"),
        (RecipientMode.None, not null) => new Refusal(RefusalCode.RecipientNotAllowed, "recipient"),
        (_, { } recipient) when !Matches(sku.RecipientPattern, recipient) => new Refusal(RefusalCode.RecipientInvalid, "recipient"),
        _ => null,
    };

    private static Refusal? JudgeInputs(OrderLineRequest line, Sku sku)
    {
        foreach (var input in sku.Inputs)
        {
            string? value = null;
            var given = line.Inputs?.TryGetValue(input.Name, out value) == true;
            if (given ? !Matches(input.Pattern, value!) : input.Required)
            {
                return new Refusal(RefusalCode.InputInvalid, $"inputs/{input.Name}");
            }
        }

        var undeclared = line.Inputs?.Keys.FirstOrDefault(name => sku.Inputs.All(input => input.Name != name));
        return undeclared is null ? null : new Refusal(RefusalCode.InputInvalid, "inputs", "This SKU declares no such input.");
    }

    private static bool Matches(string? pattern, string text) => pattern is null || WholePattern.IsMatch(pattern, text);
}

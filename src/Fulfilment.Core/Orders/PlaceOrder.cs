using System.Text.Json;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Orders;

/// <summary>
/// Prices an order and judges it by the catalogue, without I/O, then hands it to <see cref="OrderIntake"/>. A request that is not of the
/// documented form is refused at once; a business refusal travels with the draft, because a stored order of the same reference wins over it.
/// </summary>
public sealed class PlaceOrder(ICatalogue catalogue, OrderIntake intake, IPersonalDataProtection protection, IdGenerator ids, BusinessCalendar calendar)
{
    /// <summary>The outcome, durable if the order was accepted.</summary>
    /// <param name="storefront">Whose order it is.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="showsCodes">Whether the caller will answer a new order with its codes.</param>
    public ValueTask<IntakeOutcome> HandleAsync(Storefront storefront, OrderRequest request, bool showsCodes = false)
    {
        ArgumentNullException.ThrowIfNull(storefront);
        return OrderRequestRules.Check(request) is { } malformed
            ? ValueTask.FromResult<IntakeOutcome>(new IntakeOutcome.Refused(malformed))
            : intake.PlaceAsync(Draft(storefront, request, showsCodes));
    }

    private OrderDraft Draft(Storefront storefront, OrderRequest request, bool showsCodes)
    {
        var verdict = Judge(request, out var lines, out var amount);
        var orderId = ids.Next();
        var hash = OrderContent.Hash(request, protection);
        return new OrderDraft
        {
            OrderId = orderId,
            Storefront = storefront,
            ClientReference = request.ClientReference,
            ContentHash = hash,
            Verdict = verdict,
            Currency = request.Currency,
            Lines = verdict is null ? lines : [],
            Amount = amount,
            Held = storefront.HoldAbove is { } limit && amount > limit,
            AllowPartial = request.AllowPartial,
            ShowsCodes = showsCodes,
            Source = request.Source ?? OrderSource.Sale,
            Campaign = request.Campaign,
            Buyer = request.Buyer is { } buyer ? protection.Protect(orderId, JsonSerializer.Serialize(buyer, OrderJson.Default.BuyerRequest)) : null,
            BuyerReferenceHash = request.Buyer?.Reference is { } reference ? Lookup(reference) : null,
            Metadata = request.Metadata,
        };
    }

    // Over all lines the refusal that API.md lists first wins, so that the answer does not depend on the lines' order.
    private Refusal? Judge(OrderRequest request, out DraftLine[] lines, out Money amount)
    {
        var snapshot = catalogue.Current;
        var skus = new Sku?[request.Lines.Count];
        (lines, amount) = ([], Money.Zero);
        Refusal? first = null;
        var units = 0L;
        for (var i = 0; i < skus.Length; i++)
        {
            var line = request.Lines[i];
            units += line.Quantity;
            skus[i] = snapshot.FindSku(line.Sku);
            if (JudgeLine(request, line, skus[i]) is { } refusal && (first is null || refusal.Code < first.Code))
            {
                first = refusal with { Param = $"/lines/{i}/{refusal.Param}" };
            }
        }

        if (units > OrderRequestRules.MostUnits && (first is null || RefusalCode.QuantityOutOfRange < first.Code))
        {
            first = new Refusal(RefusalCode.QuantityOutOfRange, "/lines", $"An order has at most {OrderRequestRules.MostUnits} units.");
        }

        if (first is not null)
        {
            return first;
        }

        lines = new DraftLine[skus.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = Price(request.Lines[i], skus[i]!);
            amount += lines[i].UnitPrice * lines[i].Quantity;
        }

        return null;
    }

    private static Refusal? JudgeLine(OrderRequest request, OrderLineRequest line, Sku? sku)
    {
        if (sku is null)
        {
            return new Refusal(RefusalCode.UnknownSku, "sku");
        }

        if (!sku.OnShelf)
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
            ?? (sku.Kind == SkuKind.CardKey && sku.Routes.Any(route => route.Source == RouteSource.Pool) ? null : new Refusal(RefusalCode.RouteNotAvailable, "sku"))
            ?? (sku.Price > line.MaxUnitPrice ? new Refusal(RefusalCode.PriceChanged, "maxUnitPrice", $"The price is {sku.Price} {sku.Currency}.") : null);
    }

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

    private DraftLine Price(OrderLineRequest line, Sku sku)
    {
        var id = ids.Next();
        var units = new long[line.Quantity];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = ids.Next();
        }

        return new DraftLine
        {
            Id = id,
            Sku = sku,
            UnitIds = units,
            UnitPrice = sku.Price,
            SalePrice = line.SalePrice,
            MinExpiryDay = calendar.Today + sku.MinRemainingDays,
            Recipient = line.Recipient is { } recipient ? protection.Protect(id, recipient) : null,
            RecipientHash = line.Recipient is { } person ? Lookup(person) : null,
            // The first unit's id is the inputs' owner: two texts of one owner could be exchanged for each other unseen.
            Inputs = line.Inputs is { Count: > 0 } inputs ? protection.Protect(units[0], JsonSerializer.Serialize(inputs, OrderJson.Default.IReadOnlyDictionaryStringString)) : null,
            Metadata = line.Metadata,
        };
    }

    private byte[] Lookup(string text)
    {
        var hash = new byte[IPersonalDataProtection.HashSize];
        protection.LookupHash(text, hash);
        return hash;
    }
}

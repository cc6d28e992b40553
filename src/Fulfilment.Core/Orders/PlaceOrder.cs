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

    private Refusal? Judge(OrderRequest request, out DraftLine[] lines, out Money amount)
    {
        (lines, amount) = ([], Money.Zero);
        var snapshot = catalogue.Current;
        if (CatalogueVerdict.Judge(request, snapshot, CanServe, out var skus) is { } refusal)
        {
            return refusal;
        }

        lines = new DraftLine[skus.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = Price(request.Lines[i], skus[i], snapshot);
            amount += lines[i].UnitPrice * lines[i].Quantity;
        }

        return null;
    }

    private static bool CanServe(Sku sku) => SupplyRoutes.InOrder(sku).Count > 0;

    private DraftLine Price(OrderLineRequest line, Sku sku, CatalogueSnapshot snapshot)
    {
        var id = ids.Next();
        var parts = Parts(sku, line.Quantity, snapshot);
        return new DraftLine
        {
            Id = id,
            Sku = sku,
            Quantity = line.Quantity,
            UnitPrice = sku.Price,
            Parts = parts,
            SalePrice = line.SalePrice,
            Recipient = line.Recipient is { } recipient ? protection.Protect(id, recipient) : null,
            RecipientHash = line.Recipient is { } person ? Lookup(person) : null,
            // The first unit's id is the inputs' owner: two texts of one owner could be exchanged for each other unseen.
            Inputs = line.Inputs is { Count: > 0 } inputs ? protection.Protect(parts[0].UnitIds[0], JsonSerializer.Serialize(inputs, OrderJson.Default.IReadOnlyDictionaryStringString)) : null,
            Metadata = line.Metadata,
        };
    }

    private DraftPart[] Parts(Sku sku, int quantity, CatalogueSnapshot snapshot)
    {
        var shares = sku.Kind == SkuKind.Bundle ? Shares(sku, snapshot) : [(sku, 1, sku.Price)];
        var units = Array.ConvertAll(shares, share => new long[share.Each * quantity]);

        // Bundle by bundle, so that a reader who sorts the units by id finds together what was sold together.
        for (var i = 0; i < quantity; i++)
        {
            for (var j = 0; j < shares.Length; j++)
            {
                var each = shares[j].Each;
                for (var k = 0; k < each; k++)
                {
                    units[j][(i * each) + k] = ids.Next();
                }
            }
        }

        return [.. shares.Zip(units, (share, unitIds) => new DraftPart(share.Sku, unitIds, share.Price, calendar.Today + share.Sku.MinRemainingDays))];
    }

    private static (Sku Sku, int Each, Money Price)[] Shares(Sku bundle, CatalogueSnapshot snapshot)
    {
        var components = bundle.Components.Select(component => (Sku: snapshot.FindSku(component.Sku)!, component.Quantity)).ToList();
        var split = BundlePrice.Split(bundle.Price, components.ConvertAll(component => (component.Sku.Price, component.Quantity)));
        return [.. split.Select(share => (components[share.Component].Sku, share.Quantity, share.Price))];
    }

    private byte[] Lookup(string text)
    {
        var hash = new byte[IPersonalDataProtection.HashSize];
        protection.LookupHash(text, hash);
        return hash;
    }
}

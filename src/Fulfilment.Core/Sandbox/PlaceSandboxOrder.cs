using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Sandbox;

/// <summary>
/// Takes an order of a test key: checked by the rules that real orders are checked by, against the built-in SKUs, and stored apart from them.
/// The refusals come in the order that API.md gives.
/// </summary>
public sealed class PlaceSandboxOrder(ISandboxStore store, IPersonalDataProtection protection, IdGenerator ids)
{
    private static readonly TimeSpan VelocityWait = TimeSpan.FromSeconds(3);

    /// <summary>The outcome, durable if the order was accepted.</summary>
    public Task<SandboxPlacement> HandleAsync(Storefront storefront, OrderRequest request)
    {
        ArgumentNullException.ThrowIfNull(storefront);
        if (OrderRequestRules.Check(request) is { } malformed)
        {
            return Task.FromResult<SandboxPlacement>(new SandboxPlacement.Refused(malformed));
        }

        var order = new SandboxOrder
        {
            Id = ids.Next(),
            StorefrontId = storefront.Id,
            ClientReference = request.ClientReference,
            ContentHash = OrderContent.Hash(request, protection),
            Currency = request.Currency,
            Source = request.Source ?? OrderSource.Sale,
            BuyerReferenceHash = request.Buyer?.Reference is { } buyer ? Lookup(buyer) : null,
            Metadata = request.Metadata,
            Lines = [],
        };
        if (CatalogueVerdict.Judge(request, SandboxSkus.Sold, sku => sku.Routes.Count > 0, out var skus) is { } verdict)
        {
            return store.PlaceAsync(order, verdict, null);
        }

        order = order with { Lines = [.. request.Lines.Select((line, i) => Line(line, skus[i]))] };
        var outcomes = order.Lines.Select(line => line.Outcome).ToHashSet();
        return store.PlaceAsync(order, Judge(order, outcomes, request.AllowPartial), Hurdle(outcomes));
    }

    /// <summary>Whether the answer to this new order is to get lost on its way.</summary>
    public static bool LosesAnswer(SandboxOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order.Lines.Any(line => line.Outcome == SandboxOutcome.LostAnswer);
    }

    private static Refusal? Judge(SandboxOrder order, HashSet<SandboxOutcome> outcomes, bool allowPartial)
    {
        var amount = order.Lines.Aggregate(Money.Zero, (sum, line) => sum + (line.UnitPrice * line.UnitIds.Count));
        if (amount > SandboxSkus.PlayMoney || outcomes.Contains(SandboxOutcome.InsufficientBalance))
        {
            return new Refusal(RefusalCode.InsufficientBalance);
        }

        if (outcomes.Contains(SandboxOutcome.RiskRejected))
        {
            return new Refusal(RefusalCode.RiskRejected);
        }

        var isShort = allowPartial ? order.Lines.All(line => line.Available == 0) : order.Lines.Any(line => line.Available < line.UnitIds.Count);
        return isShort ? new Refusal(RefusalCode.OutOfStock) : null;
    }

    private static SandboxHurdle? Hurdle(HashSet<SandboxOutcome> outcomes) =>
        outcomes.Contains(SandboxOutcome.VelocityLimited) ? new SandboxHurdle(new Refusal(RefusalCode.VelocityLimited), VelocityWait)
        : outcomes.Contains(SandboxOutcome.OverloadedOnce) ? new SandboxHurdle(new Refusal(RefusalCode.Overloaded), TimeSpan.Zero)
        : outcomes.Contains(SandboxOutcome.InternalOnce) ? new SandboxHurdle(new Refusal(RefusalCode.Internal), TimeSpan.Zero)
        : null;

    private SandboxLine Line(OrderLineRequest line, Sku sku)
    {
        var id = ids.Next();
        var outcome = SandboxRecipients.OutcomeOf(line.Recipient);
        var isStocked = sku.Routes.Any(route => route.Source == RouteSource.Pool);
        return new SandboxLine(
            id,
            sku.Id,
            [.. Enumerable.Range(0, line.Quantity).Select(_ => ids.Next())],
            outcome == SandboxOutcome.OutOfStock ? 0 : isStocked ? Math.Min(line.Quantity, SandboxSkus.Stock) : line.Quantity,
            sku.Price,
            outcome,
            line.Recipient is { } recipient ? protection.Protect(id, recipient) : null,
            line.Recipient is { } person ? Lookup(person) : null,
            line.Metadata);
    }

    private byte[] Lookup(string text)
    {
        var hash = new byte[IPersonalDataProtection.HashSize];
        protection.LookupHash(text, hash);
        return hash;
    }
}

using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.CardKeys.Import;

/// <summary>What an upload says about its card keys, completed by what is agreed with their supplier.</summary>
/// <param name="Details">Of the batch.</param>
/// <param name="Differs">Whether that is not what is agreed, so that somebody has to approve it before anything is sold or owed.</param>
internal readonly record struct ImportDetails(BatchDetails Details, bool Differs)
{
    /// <summary>Refuses, in this order: <c>invalid_request</c>, <c>unknown_sku</c>.</summary>
    /// <param name="command">The upload.</param>
    /// <param name="catalogue">SKUs and agreements.</param>
    /// <param name="stored">The batch that the same upload has begun before: what was left out then and now stays as it was taken, whatever is agreed by now.</param>
    public static Result<ImportDetails> Of(ImportBatchCommand command, CatalogueSnapshot catalogue, BatchDetails? stored)
    {
        if (ImportRules.Check(command) is { } fault)
        {
            return fault;
        }

        var sku = catalogue.FindSku(command.Sku);
        if (sku is null)
        {
            return new Refusal(RefusalCode.UnknownSku, "sku");
        }

        if (sku.Kind != SkuKind.CardKey || !sku.Routes.Any(route => route.Source == RouteSource.Pool))
        {
            return new Refusal(RefusalCode.InvalidRequest, "sku", "The SKU is not sold from the card-key pool.");
        }

        var supplier = command.BoundSupplier ?? command.Supplier;
        var agreed = supplier is null ? null : catalogue.FindSupplier(supplier)?.FindSupply(sku.Code);
        var unitCost = command.UnitCost ?? stored?.UnitCost ?? agreed?.UnitCost ?? Money.Zero;
        var currency = command.Currency ?? stored?.Currency ?? agreed?.Currency ?? sku.Currency;
        var terms = command.Terms ?? stored?.Terms ?? agreed?.Terms ?? BatchTerms.Purchased;

        // We may buy what we like where nothing is agreed; a supplier's key may not bring it.
        var differs = agreed is null ? command.BoundSupplier is not null : (unitCost, currency, terms) != (agreed.UnitCost, agreed.Currency, agreed.Terms);
        return new ImportDetails(new BatchDetails(sku.Id, unitCost, currency, supplier, command.PurchaseReference, ExpiryDay.From(command.ExpiresOn), terms), differs);
    }
}

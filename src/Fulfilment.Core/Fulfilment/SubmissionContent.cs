using System.Text.Json;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>Puts together what a supplier is asked, from what is stored encrypted.</summary>
public sealed class SubmissionContent(ICatalogue catalogue, IPersonalDataProtection people)
{
    internal SupplierRequest RequestOf(Attempt attempt, PendingUnit pending, NextStep.Submit submit)
    {
        // Never above the price sold, unless the SKU allows it, which has been asked; then the supplier's price may only not have risen above what is agreed.
        var most = submit.CostCurrency != pending.Currency ? submit.Cost : pending.Unit.Price;
        return Make(attempt, pending.Unit, pending.Recipient, pending.Inputs, pending.InputsOwner, most < submit.Cost ? submit.Cost : most);
    }

    internal SupplierRequest RequestOf(Attempt attempt, SubmittedUnit submitted) =>
        Make(attempt, submitted.Unit, submitted.Recipient, submitted.Inputs, submitted.InputsOwner, attempt.UnitCost);

    private SupplierRequest Make(Attempt attempt, FoundUnit unit, byte[]? recipient, byte[]? inputs, long inputsOwner, Money maxCost) => new()
    {
        AttemptId = attempt.Id,
        SupplierSku = attempt.SupplierSku,
        Recipient = recipient is null ? null : people.Reveal(unit.LineId, recipient),
        Inputs = inputs is null ? [] : JsonSerializer.Deserialize(people.Reveal(inputsOwner, inputs), OrderJson.Default.DictionaryStringString) ?? [],
        ExpectsCode = catalogue.Current.FindSku(unit.SkuId)?.Kind == SkuKind.CardKey,
        MaxCost = maxCost,
        Currency = attempt.Currency,
        CreatedAt = attempt.CreatedAt,
        Receipt = attempt.Receipt,
    };
}

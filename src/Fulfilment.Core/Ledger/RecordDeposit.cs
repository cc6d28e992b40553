using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Ledger;

/// <summary>Records money that a storefront paid in, once for each idempotency key.</summary>
public sealed class RecordDeposit(IWalletStore store, IdGenerator ids)
{
    /// <summary>
    /// The deposit; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.IdempotencyMismatch"/>.
    /// </summary>
    public async Task<Result<RecordedDeposit>> RunAsync(string storefrontCode, DepositFields fields, string? idempotencyKey, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var refusal = Field.IdempotencyKey(idempotencyKey)
            ?? (fields.Amount is null ? Field.Refuse("/amount", "This field is required.") : null)
            ?? (fields.Amount <= Money.Zero ? Field.Refuse("/amount", "A deposit is more than zero.") : null)
            ?? Field.Amount(fields.Amount, "/amount")
            ?? Field.Currency(fields.Currency, "/currency")
            ?? Field.Text(fields.Reference, "/reference", 200);
        return refusal is null
            ? await store.DepositAsync(new NewDeposit(ids.Next(), storefrontCode, fields.Amount!.Value, fields.Currency!, fields.Reference, idempotencyKey!, actor))
            : refusal;
    }
}

/// <summary>What a request says about a deposit.</summary>
public sealed record DepositFields
{
    /// <summary>Required; more than zero.</summary>
    public Money? Amount { get; init; }

    /// <summary>Required; ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>What the payment is called at the bank.</summary>
    public string? Reference { get; init; }
}

using System.Globalization;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Makes a card key of a code that was got for one unit, so that custody, balance, reveal, after-sales and bad-card reports are for it what they are for any
/// other: it comes into a consigned batch and goes out to the unit in the same transaction.
/// </summary>
public sealed class StockIssuedCode(ICodeProtection codes, CustodyChain custody, IdGenerator ids, BusinessCalendar calendar)
{
    /// <summary>Who such batches are of.</summary>
    public const string Owner = "fulfilment";

    /// <summary>
    /// The key, delivered, with its custody entry, stock and cost in the effects; null for a code that is known already. The caller closes the custody day of the
    /// effects (<see cref="OrderEffects.CloseDay"/>) and ends the unit with the key.
    /// </summary>
    /// <param name="transaction">The caller's.</param>
    /// <param name="unit">Who gets it.</param>
    /// <param name="code">A code without a <see cref="CodeText.Problem"/>.</param>
    /// <param name="terms">What it cost and whom we owe that.</param>
    /// <param name="at">Now.</param>
    /// <param name="effects">What it does elsewhere is added here.</param>
    public async ValueTask<ClaimedKey?> RunAsync(
        IFulfilmentTransaction transaction, FoundUnit unit, Suppliers.IssuedCode code, IssuedTerms terms, DateTimeOffset at, OrderEffects effects)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(effects);
        var fingerprint = Fingerprint(code.Code);
        if (await transaction.FindCodeAsync(fingerprint).ConfigureAwait(false) is not null)
        {
            return null;
        }

        var batchId = await TakeBatchAsync(transaction, unit.SkuId, terms, at).ConfigureAwait(false);
        var numberHash = new byte[ICodeProtection.HashSize];
        var keyId = ids.Next();
        var key = new IssuedKey(
            keyId, unit.SkuId, batchId, ExpiryDay.From(code.ExpiresOn), fingerprint, codes.NumberHash(code.Code.Number, numberHash) ? numberHash : null,
            codes.Protect(keyId, code.Code));
        await transaction.AddKeyAsync(key).ConfigureAwait(false);

        var claimed = new ClaimedKey(
            new CustodyOrigin(keyId, unit.SkuId, batchId, key.ExpiresOn, fingerprint), key.Code, terms.UnitCost, terms.Currency, BatchTerms.Consigned,
            new BatchSale(BatchStatus.Completed, Frozen: false), LastEntry: null);
        effects.Stock[batchId] = effects.Stock.GetValueOrDefault(batchId).Add(CardKeyState.Available, 1);
        effects.Move(custody, claimed, CardKeyState.Available, CardKeyState.Delivered, at.ToUnixTimeMilliseconds(), unit.Id);
        effects.PostCost(ids, unit.OrderId, unit.SkuId, [claimed]);
        return claimed;
    }

    /// <summary>By which a code is known.</summary>
    internal byte[] Fingerprint(CodeText code)
    {
        var fingerprint = new byte[ICodeProtection.HashSize];
        codes.Fingerprint(code, fingerprint);
        return fingerprint;
    }

    // One batch a supplier, SKU, cost, day and node: few rows, and nodes never wait for each other's. One that was taken out of sale since takes no more keys.
    private async ValueTask<long> TakeBatchAsync(IFulfilmentTransaction transaction, long skuId, IssuedTerms terms, DateTimeOffset at)
    {
        var key = string.Create(
            CultureInfo.InvariantCulture, $"{terms.SupplierCode ?? "-"}:{skuId}:{terms.UnitCost.TenThousandths}:{terms.Currency}:{calendar.DayOf(at)}:{ids.Node}");
        for (var next = key; ; next = $"{key}:{ids.Next()}")
        {
            var batch = new Batch
            {
                Id = ids.Next(),
                Details = new BatchDetails(skuId, terms.UnitCost, terms.Currency, terms.SupplierCode, PurchaseReference: null, ExpiryDay.Never, BatchTerms.Consigned),
                Status = BatchStatus.Completed,
                Owner = Owner,
                IdempotencyKey = next,
                ContentHash = ReadOnlyMemory<byte>.Empty,
                Processed = 0,
                Accepted = 0,
                Duplicate = 0,
                Rejected = 0,
                CompletedAt = at,
            };
            if (await transaction.TakeBatchAsync(batch).ConfigureAwait(false) is { } batchId)
            {
                return batchId;
            }
        }
    }
}

/// <summary>What a code cost that was got for one unit.</summary>
/// <param name="SupplierCode">Whom we owe it; null: nobody in the catalogue.</param>
/// <param name="UnitCost">How much.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record IssuedTerms(string? SupplierCode, Money UnitCost, string Currency);

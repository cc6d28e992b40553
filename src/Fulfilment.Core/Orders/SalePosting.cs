using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Orders;

/// <summary>What a delivered card key had cost.</summary>
/// <param name="BatchId">Its batch.</param>
/// <param name="UnitCost">Its cost.</param>
/// <param name="Currency">In which currency.</param>
public readonly record struct SoldKey(long BatchId, Money UnitCost, string Currency);

/// <summary>The transfers that a line's delivered units make: one for the sale, one a batch for the cost.</summary>
public static class SalePosting
{
    /// <summary>Adds the transfers; amounts of zero make none.</summary>
    public static void Add(
        ICollection<Transfer> transfers, IdGenerator ids, Storefront storefront, long orderId, string currency, long skuId, Money unitPrice, IEnumerable<SoldKey> keys)
    {
        ArgumentNullException.ThrowIfNull(transfers);
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(storefront);
        var buyer = storefront.Settlement == Settlement.Prepaid ? Account.Deposit(storefront.Id) : Account.Receivable(storefront.Id);
        var sale = Money.Zero;
        // First expired, first out takes runs of keys from one batch, so one open run is all there is to remember.
        var cost = Money.Zero;
        SoldKey last = default;
        foreach (var key in keys)
        {
            if (key != last)
            {
                AddCost(last, cost);
                (last, cost) = (key, Money.Zero);
            }

            cost += key.UnitCost;
            sale += unitPrice;
        }

        AddCost(last, cost);
        if (sale > Money.Zero)
        {
            transfers.Add(new Transfer(ids.Next(), TransferKind.Sale, buyer, Account.Revenue(skuId), sale, currency, orderId));
        }

        void AddCost(SoldKey key, Money amount)
        {
            if (amount > Money.Zero)
            {
                transfers.Add(new Transfer(ids.Next(), TransferKind.CostOfSale, Account.CostOfSales(skuId), Account.Inventory(key.BatchId), amount, key.Currency, orderId));
            }
        }
    }
}

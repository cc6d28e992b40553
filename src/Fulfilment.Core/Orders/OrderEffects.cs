using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Core.Orders;

/// <summary>What a change of orders does to everything around them; written in the same transaction.</summary>
public sealed class OrderEffects
{
    /// <summary>Money moved.</summary>
    public List<Transfer> Transfers { get; } = [];

    /// <summary>Events for storefronts.</summary>
    public List<OutboxMessage> Outbox { get; } = [];

    /// <summary>Wallets as they are afterwards.</summary>
    public Dictionary<WalletKey, WalletBalance> Wallets { get; } = [];

    /// <summary>Changes of card keys.</summary>
    public List<CustodyEntry> Custody { get; } = [];

    /// <summary>The day's root with those changes counted in; null when there are none.</summary>
    public CustodyDay? CustodyDay { get; private set; }

    /// <summary>Changes of stock, by batch; they add up to the changes of card keys.</summary>
    public Dictionary<long, StockCounts> Stock { get; } = [];

    /// <summary>Moves a key from one state to the next: its custody entry and its batch's stock.</summary>
    public void Move(CustodyChain chain, ClaimedKey key, CardKeyState from, CardKeyState to, long atMs, long? unitId)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(key);
        CardKeyStates.Table.Require(from, to);
        Custody.Add(chain.Append(key.Origin, key.LastEntry, to, atMs, unitId));
        Stock[key.Origin.BatchId] = Stock.GetValueOrDefault(key.Origin.BatchId).Add(from, -1).Add(to, 1);
    }

    /// <summary>Counts the custody entries into the day and seals it.</summary>
    public void CloseDay(CustodyDay day, ICustodySeal seal)
    {
        ArgumentNullException.ThrowIfNull(day);
        if (Custody.Count == 0)
        {
            return;
        }

        foreach (var entry in Custody)
        {
            day.Add(entry.Seal);
        }

        day.Close(seal);
        CustodyDay = day;
    }

    /// <summary>Posts what a line's delivered units sold for and what their codes had cost.</summary>
    public void PostSale(IdGenerator ids, Account buyer, long orderId, string currency, long skuId, Money unitPrice, IReadOnlyList<ClaimedKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Post(ids, TransferKind.Sale, buyer, Account.Revenue(skuId), unitPrice * keys.Count, currency, orderId);
        PostCost(ids, orderId, skuId, keys);
    }

    /// <summary>Posts what delivered codes had cost.</summary>
    public void PostCost(IdGenerator ids, long orderId, long skuId, IReadOnlyList<ClaimedKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);

        // First expired, first out takes runs of keys from one batch: one transfer a run.
        for (int start = 0, end; start < keys.Count; start = end)
        {
            var first = keys[start];
            for (end = start + 1; end < keys.Count && keys[end].Origin.BatchId == first.Origin.BatchId; end++)
            {
            }

            var source = first.Terms == BatchTerms.Consigned ? Account.Payable(first.Origin.BatchId) : Account.Inventory(first.Origin.BatchId);
            Post(ids, TransferKind.CostOfSale, Account.CostOfSales(skuId), source, first.UnitCost * (end - start), first.CostCurrency, orderId);
        }
    }

    /// <summary>Posts an amount; none for nothing.</summary>
    public void Post(IdGenerator ids, TransferKind kind, Account debit, Account credit, Money amount, string currency, long orderId)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (amount > Money.Zero)
        {
            Transfers.Add(new Transfer(ids.Next(), kind, debit, credit, amount, currency, orderId));
        }
    }

    /// <summary>Posts what purchased keys that will never be sold had cost, one transfer a batch. Consigned ones were never ours.</summary>
    public void PostWriteOff(IdGenerator ids, IEnumerable<ClaimedKey> keys)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var batch in keys.Where(key => key.Terms == BatchTerms.Purchased && key.UnitCost > Money.Zero).GroupBy(key => key.Origin.BatchId))
        {
            var first = batch.First();
            Transfers.Add(new Transfer(
                ids.Next(), TransferKind.WriteOff, Account.WriteOff(first.Origin.SkuId), Account.Inventory(batch.Key), first.UnitCost * batch.Count(), first.CostCurrency, null));
        }
    }
}

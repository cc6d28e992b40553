using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Writes, inside somebody's transaction, what a change of orders does to ledger, wallets, stock, custody and outbox. What it reads is what it writes on.</summary>
internal interface IOrderEffectsWriter
{
    /// <summary>The root that the next entries of this day and node are counted into.</summary>
    ValueTask<CustodyDay> ReadDayAsync(int day, int node);

    /// <summary>Zero where there is no row.</summary>
    ValueTask<WalletBalance> ReadWalletAsync(WalletKey key);

    ValueTask WriteAsync(OrderEffects effects);
}

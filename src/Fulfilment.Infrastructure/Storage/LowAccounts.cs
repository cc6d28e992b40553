using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The table <c>low_wallets</c>.</summary>
public sealed class LowAccounts(IDatabase database, IdGenerator ids) : ILowAccounts
{
    internal const string WalletsSql = """
        SELECT w.storefront_id AS StorefrontId, w.currency AS Currency, w.balance AS Balance, w.held AS Held, CASE WHEN l.since IS NULL THEN 0 ELSE 1 END AS Told
        FROM wallets AS w JOIN storefronts AS s ON s.id = w.storefront_id
        LEFT JOIN low_wallets AS l ON l.storefront_id = w.storefront_id AND l.currency = w.currency
        WHERE s.low_balance IS NOT NULL OR l.since IS NOT NULL
        """;

    /// <inheritdoc/>
    public async Task<long> MatchAsync(IReadOnlyList<Storefront> storefronts, DateTimeOffset now, CancellationToken cancellation)
    {
        var known = storefronts.ToDictionary(storefront => storefront.Id);
        var wallets = await database.ReadAsync(connection => connection.QueryAsync<Row>(WalletsSql), cancellation).ConfigureAwait(false);
        var changed = wallets.Where(wallet => known.TryGetValue(wallet.StorefrontId, out var storefront) && IsLow(wallet, storefront) != (wallet.Told == 1)).ToList();
        return changed.Count == 0 ? 0 : await database.WriteGuardedAsync(async connection =>
        {
            var told = 0L;
            foreach (var wallet in changed)
            {
                told += await ChangeAsync(connection, wallet, known[wallet.StorefrontId], now).ConfigureAwait(false);
            }

            return told;
        }).ConfigureAwait(false);
    }

    private async Task<int> ChangeAsync(DbConnection connection, Row wallet, Storefront storefront, DateTimeOffset now)
    {
        if (wallet.Told == 1)
        {
            await connection.ExecuteAsync("DELETE FROM low_wallets WHERE storefront_id = @StorefrontId AND currency = @Currency", new { wallet.StorefrontId, wallet.Currency }).ConfigureAwait(false);
            return 0;
        }

        var noted = await connection.ExecuteAsync(
            """
            INSERT INTO low_wallets (storefront_id, currency, since)
            SELECT @StorefrontId, @Currency, @since WHERE NOT EXISTS (SELECT 1 FROM low_wallets AS l WHERE l.storefront_id = @StorefrontId AND l.currency = @Currency)
            """,
            new { wallet.StorefrontId, wallet.Currency, since = now.ToUnixTimeMilliseconds() }).ConfigureAwait(false);
        if (noted == 1)
        {
            await StorefrontEvents.AddAsync(
                connection, ids.Next(), storefront.Id, WebhookEvent.AccountLow, new { currency = wallet.Currency, available = Available(wallet, storefront), lowBalance = storefront.LowBalance }).ConfigureAwait(false);
        }

        return noted;
    }

    private static bool IsLow(Row wallet, Storefront storefront) => storefront.LowBalance is { } low && Available(wallet, storefront) is { } available && available < low;

    // No limit, nothing to fall below.
    private static Money? Available(Row wallet, Storefront storefront) =>
        storefront.Terms.WalletFloor is { } floor ? new Money(wallet.Balance) - new Money(wallet.Held) - floor : null;

    private sealed class Row
    {
        public long StorefrontId { get; set; }

        public string Currency { get; set; } = "";

        public long Balance { get; set; }

        public long Held { get; set; }

        public long Told { get; set; }
    }
}

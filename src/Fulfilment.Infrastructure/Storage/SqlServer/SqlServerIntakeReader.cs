using System.Data.Common;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>Reads, in one round trip, what a group's decisions rest on.</summary>
internal static class SqlServerIntakeReader
{
    // A text's trailing blanks count, which a comparison of texts would overlook; their number is in the index.
    internal const string ReferencesSql = """
        SELECT j.number AS Number, o.id AS OrderId, o.content_hash AS ContentHash
        FROM OPENJSON(@references) WITH (number BIGINT, storefront_id BIGINT, client_reference NVARCHAR(4000)) AS j
        JOIN orders AS o
          ON o.storefront_id = j.storefront_id AND o.client_reference = j.client_reference COLLATE Latin1_General_100_BIN2
         AND o.client_reference_bytes = CAST(DATALENGTH(j.client_reference) AS INT)
        """;

    internal const string Sql = $"""
        {ReferencesSql};

        SELECT w.storefront_id AS StorefrontId, w.currency AS Currency, w.balance AS Balance, w.held AS Held
        FROM OPENJSON(@wallets) WITH (storefront_id BIGINT, currency NVARCHAR(3)) AS j
        JOIN wallets AS w ON w.storefront_id = j.storefront_id AND w.currency = j.currency COLLATE Latin1_General_100_BIN2;

        SELECT s.id AS Id, s.settlement AS Settlement, s.credit_limit AS CreditLimit
        FROM storefronts AS s
        WHERE s.id IN (SELECT j.storefront_id FROM OPENJSON(@wallets) WITH (storefront_id BIGINT) AS j);

        SELECT entries AS Entries, root AS Root, seal AS Seal FROM custody_days WHERE day = @day AND node = @node;
        """;

    public static async Task<IntakeFacts> ReadAsync(DbConnection connection, IReadOnlyList<OrderDraft> drafts, int custodyDay, int node)
    {
        var keys = drafts.Select(draft => new WalletKey(draft.Storefront.Id, draft.Currency)).Distinct().ToList();
        using var results = await connection.QueryMultipleAsync(Sql, new
        {
            references = References(drafts),
            wallets = Wallets(keys),
            day = (long)custodyDay,
            node = (long)node,
        }).ConfigureAwait(false);

        var stored = new StoredReference?[drafts.Count];
        foreach (var row in await results.ReadAsync<ReferenceRow>().ConfigureAwait(false))
        {
            stored[row.Number] = new StoredReference(row.OrderId, row.ContentHash);
        }

        var wallets = keys.ToDictionary(key => key, _ => default(WalletBalance));
        foreach (var row in await results.ReadAsync<WalletRow>().ConfigureAwait(false))
        {
            wallets[new WalletKey(row.StorefrontId, row.Currency)] = new WalletBalance(new Money(row.Balance), new Money(row.Held));
        }

        var terms = (await results.ReadAsync<TermsRow>().ConfigureAwait(false)).ToDictionary(row => row.Id, row => row.ToTerms());
        if (keys.Find(key => !terms.ContainsKey(key.StorefrontId)) is { StorefrontId: not 0 } gone)
        {
            throw new InvalidOperationException($"Storefront {gone.StorefrontId} has gone, and storefronts are never deleted.");
        }

        var day = await results.ReadSingleOrDefaultAsync<SqlServerDayRow>().ConfigureAwait(false);
        return new IntakeFacts(stored, wallets, terms, SqlServerDayRow.ToDay(day, custodyDay, node));
    }

    /// <summary>Whether an order has a draft's reference by now.</summary>
    public static async Task<bool> IsAnyStoredAsync(DbConnection connection, IReadOnlyList<OrderDraft> drafts) =>
        (await connection.QueryAsync<ReferenceRow>(ReferencesSql, new { references = References(drafts) }).ConfigureAwait(false)).Any();

    private static JsonDocumentParameter References(IReadOnlyList<OrderDraft> drafts) => JsonRows.Write(drafts.Index(), static (json, draft) =>
    {
        json.Number("number", draft.Index);
        json.Number("storefront_id", draft.Item.Storefront.Id);
        json.Text("client_reference", draft.Item.ClientReference);
    });

    private static JsonDocumentParameter Wallets(IEnumerable<WalletKey> keys) => JsonRows.Write(keys, static (json, key) =>
    {
        json.Number("storefront_id", key.StorefrontId);
        json.Text("currency", key.Currency);
    });

    private sealed record ReferenceRow(long Number, long OrderId, byte[] ContentHash);

    private sealed record WalletRow(long StorefrontId, string Currency, long Balance, long Held);

    private sealed record TermsRow(long Id, long Settlement, long? CreditLimit)
    {
        public PaymentTerms ToTerms() => new((Settlement)Settlement, CreditLimit is { } limit ? new Money(limit) : null);
    }
}

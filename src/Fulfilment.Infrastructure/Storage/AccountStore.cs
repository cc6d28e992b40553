using System.Globalization;
using Dapper;
using Fulfilment.Core;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Transfers as a storefront's account shows them.</summary>
public sealed class AccountStore(IDatabase database) : IAccountStore
{
    internal const string References = "SELECT id, client_reference FROM orders WHERE id IN @ids";

    internal const string Deposits = "SELECT transfer_id, reference FROM deposits WHERE transfer_id IN @ids";

    /// <inheritdoc/>
    public Task<IReadOnlyList<AccountEntry>> ListAsync(AccountQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var before = Math.Min(query.Before, query.To is { } to ? IdGenerator.FirstAt(to) : long.MaxValue);
        var from = query.From is { } start ? IdGenerator.FirstAt(start) : 0;
        return database.ReadSnapshotAsync<IReadOnlyList<AccountEntry>>(
            async connection =>
            {
                // Whatever moved has made a wallet, so the wallets know the currencies.
                var currencies = query.Currency is { } one
                    ? [one]
                    : (await connection.QueryAsync<string>("SELECT currency FROM wallets WHERE storefront_id = @StorefrontId", new { query.StorefrontId }).ConfigureAwait(false)).AsList();
                if (currencies.Count == 0)
                {
                    return [];
                }

                var parameters = new DynamicParameters(new { query.StorefrontId, query.Limit, before, from });
                for (var i = 0; i < currencies.Count; i++)
                {
                    parameters.Add(Parameter(i), currencies[i]);
                }

                var rows = (await connection.QueryAsync<(long Id, long Kind, long Amount, string Currency, long? OrderId)>(ListSql(database.Dialect, currencies.Count), parameters).ConfigureAwait(false)).AsList();
                var references = (await connection.QueryAsync<(long Id, string Reference)>(
                    References, new { ids = rows.Where(row => row.OrderId is not null).Select(row => row.OrderId!.Value).Distinct() }).ConfigureAwait(false)).ToDictionary(row => row.Id, row => row.Reference);
                var deposits = (await connection.QueryAsync<(long Id, string? Reference)>(
                    Deposits, new { ids = rows.Where(row => row.OrderId is null).Select(row => row.Id) }).ConfigureAwait(false)).ToDictionary(row => row.Id, row => row.Reference);
                return [.. rows.Select(row => new AccountEntry(
                    row.Id, (TransferKind)row.Kind, new Money(row.Amount), row.Currency, row.OrderId,
                    row.OrderId is { } order ? references.GetValueOrDefault(order) : null, deposits.GetValueOrDefault(row.Id)))];
            },
            cancellation);
    }

    /// <summary>Both sides of each currency are ranges of an index; they are merged newest first, without sorting. The account numbers stand as in the partial indexes.</summary>
    internal static string ListSql(SqlDialect dialect, int currencies) =>
        string.Join(" UNION ALL ", Enumerable.Range(0, currencies).SelectMany(i => new[] { Side("debit", "-amount", i), Side("credit", "amount", i) }))
        + " ORDER BY id DESC " + dialect.Limit("@Limit");

    private static string Side(string side, string amount, int currency) => $"""
        SELECT id, kind, {amount} AS amount, currency, order_id FROM transfers
        WHERE {side}_account IN (1, 2) AND {side}_subject = @StorefrontId AND currency = @{Parameter(currency)} AND id < @before AND id >= @from
        """;

    private static string Parameter(int currency) => "c" + ((char)('a' + (currency / 26))).ToString(CultureInfo.InvariantCulture) + (char)('a' + (currency % 26));
}

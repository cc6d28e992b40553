using System.Data.Common;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Three round trips for a clean group: what decisions rest on, what is known of the keys, and the transaction that takes the keys and writes. The first two
/// take nothing and lock nothing; the last names everything that has to be as it was read.
/// </summary>
internal sealed class SqlServerIntakeTransaction(DbConnection connection) : IIntakeTransaction
{
    private readonly SqlServerOrderEffects _effects = new(connection);
    private readonly HashSet<long> _promised = [];
    private IntakeFacts? _facts;

    public async ValueTask<IntakeFacts> ReadAsync(IReadOnlyList<OrderDraft> drafts, int custodyDay, int node)
    {
        _facts = await SqlServerIntakeReader.ReadAsync(connection, drafts, custodyDay, node).ConfigureAwait(false);
        _effects.Saw(_facts.CustodyDay, _facts.Wallets);
        return _facts;
    }

    public async ValueTask ClaimAsync(IReadOnlyList<OrderClaim> claims)
    {
        var allocation = new SqlServerAllocation([.. claims.Select(claim => claim.Needs)]);
        var stock = new SqlServerStock(connection, _facts!.CustodyDay.Node);
        var candidates = allocation.Candidates();
        candidates.ExceptWith(_promised);
        allocation.TakeCandidates(candidates.Count == 0 ? SqlServerStock.Nothing : await stock.ReadAsync(candidates).ConfigureAwait(false));
        if (allocation.Needs() is { Count: > 0 } needs)
        {
            allocation.TakeFromTable(await stock.FindAsync(needs, [.. _promised, .. allocation.Held()]).ConfigureAwait(false));
        }

        allocation.Settle(number => claims[number].Draft.AllowPartial);
        _promised.UnionWith(allocation.Held());
    }

    public async ValueTask ConfirmRefusalAsync(IReadOnlyList<OrderDraft> refused)
    {
        if (await SqlServerIntakeReader.IsAnyStoredAsync(connection, refused).ConfigureAwait(false))
        {
            throw new StorageConflictException();
        }
    }

    public async ValueTask WriteAsync(IntakeRows rows) =>
        await SqlServerIntakeWriter.WriteAsync(connection, rows, _effects, _facts!.Terms.ToDictionary(terms => terms.Key, terms => terms.Value.WalletFloor)).ConfigureAwait(false);
}

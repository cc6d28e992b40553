using Fulfilment.Core.Orders;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Settles held orders on SQLite. Rare beside intake, so its statements are not kept compiled.</summary>
public sealed class SqliteHeldOrderStore(SqliteDatabase database) : IHeldOrderStore
{
    private readonly HeldOrdersDue _due = new(database);

    /// <inheritdoc/>
    public Task<bool> SettleAsync(long orderId, int custodyDay, int node, Func<HeldOrder, HeldOrderSettlement?> decide) =>
        database.RunAsync(connection => Settle(connection, orderId, custodyDay, node, decide), WritePriority.Prompt);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => _due.FindAsync(now, limit, cancellation);

    private static bool Settle(SqliteConnection connection, long orderId, int custodyDay, int node, Func<HeldOrder, HeldOrderSettlement?> decide)
    {
        using var claims = new SqliteCardKeyClaims(connection);
        using var effects = new SqliteOrderEffects(connection);
        var task = new HeldOrderTransaction(connection, claims, effects).SettleAsync(orderId, custodyDay, node, decide);
        return task.IsCompleted
            ? task.GetAwaiter().GetResult()
            : throw new InvalidOperationException("The settlement of a held order waited for something other than the database inside its transaction.");
    }
}

using Dapper;
using Fulfilment.Core.Orders;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>Finds held orders whose time is over.</summary>
internal sealed class HeldOrdersDue(IDatabase database)
{
    /// <summary>Oldest first.</summary>
    public Task<IReadOnlyList<long>> FindAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => database.ReadAsync<IReadOnlyList<long>>(
        async connection => (await connection.QueryAsync<long>(new CommandDefinition(
            $"SELECT id FROM orders WHERE due_at <= @now AND status = @held ORDER BY due_at {database.Dialect.Limit("@limit")}",
            new { now = now.ToUnixTimeMilliseconds(), held = OrderStatus.Held, limit },
            cancellationToken: cancellation)).ConfigureAwait(false)).AsList(),
        cancellation);
}

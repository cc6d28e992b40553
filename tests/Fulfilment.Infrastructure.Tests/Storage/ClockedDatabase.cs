using System.Data.Common;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>
/// A database with another clock than its own. Without one, leases go by the clock that a test moves, on every engine: a server's own would not stand still.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="nowMs">The time it says; null: it has no clock.</param>
internal sealed class ClockedDatabase(IDatabase database, Func<long>? nowMs) : IDatabase
{
    public SqlDialect Dialect { get; } = new ClockDialect(database.Dialect, nowMs);

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => database.ReadAsync(work, cancellation);

    public Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default) => database.ReadSnapshotAsync(work, cancellation);

    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => database.WriteAsync(work, priority);

    public Task<T> WriteGuardedAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => database.WriteGuardedAsync(work, priority);

    private sealed class ClockDialect(SqlDialect rest, Func<long>? nowMs) : SqlDialect
    {
        public override string? Clock => nowMs is null ? null : $"{nowMs()}";

        public override string ScriptFolder => rest.ScriptFolder;

        public override string MakeMigrationsTable => rest.MakeMigrationsTable;

        public override string LockMigrations => rest.LockMigrations;

        public override string JoinInOrder => rest.JoinInOrder;

        public override string AsStored => rest.AsStored;

        public override string PassingByLocked => rest.PassingByLocked;

        public override string Limit(string count) => rest.Limit(count);

        public override string RowBehind(string rows) => rest.RowBehind(rows);

        public override string IndexedBy(string index) => rest.IndexedBy(index);

        public override string SameText(string column, string parameter) => rest.SameText(column, parameter);
    }
}

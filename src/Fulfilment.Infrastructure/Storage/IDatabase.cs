using System.Data.Common;

namespace Fulfilment.Infrastructure.Storage;

/// <summary>The database as the stores see it, whatever the engine.</summary>
public interface IDatabase
{
    /// <summary>How this engine writes what engines write differently.</summary>
    SqlDialect Dialect { get; }

    /// <summary>Looks, before the schema is brought up to date, whether the database can keep the promises at all, and sets what it may set itself.</summary>
    /// <exception cref="InvalidOperationException">It cannot; the message says what to do.</exception>
    Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Runs queries on a connection of their own, outside any transaction.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default);

    /// <summary>Runs queries that all see the database as it was at one moment.</summary>
    Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation = default);

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction and answers once it is durable. When it throws, nothing of it remains.
    /// It must not wait for anything but the database: on SQLite all writers of the process wait for it. On SQL Server it may run again from its beginning,
    /// so what it leaves outside the database must bear that; and an error it catches has ended its transaction there.
    /// </summary>
    /// <exception cref="AmbiguousCommitException">The connection broke during the commit; whether the work is stored has to be read.</exception>
    Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt);

    /// <summary>
    /// As <see cref="WriteAsync"/>, for work that others' writes cannot mislead, whatever it has read: its guards and unique indexes decide. On SQL Server it locks
    /// the rows that it writes and no ranges, so nobody who adds rows waits for it.
    /// </summary>
    Task<T> WriteGuardedAsync<T>(Func<DbConnection, Task<T>> work, WritePriority priority = WritePriority.Prompt) => WriteAsync(work, priority);
}

/// <summary>Who goes first when several writes wait.</summary>
public enum WritePriority
{
    /// <summary>Somebody waits for the answer.</summary>
    Prompt,

    /// <summary>Of many that come at once and can wait for some milliseconds: while there are prompt writes, few of them go into one transaction. It fails alone.</summary>
    Background,

    /// <summary>A piece of a long job; it gives way to prompt writes after each piece. Its failure takes other bulk pieces of the transaction with it.</summary>
    Bulk,
}

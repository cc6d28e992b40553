using Fulfilment.Core.Orders;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>Intake on SQLite: the group is one job of the grouped writer, with every statement compiled once.</summary>
public sealed class SqliteIntakeStore(SqliteDatabase database) : IIntakeStore, IDisposable
{
    // Made and used on the writer's thread alone.
    private SqliteIntakeTransaction? _transaction;

    /// <inheritdoc/>
    public Task RunAsync(Func<IIntakeTransaction, ValueTask> work) => database.RunAsync(connection => Run(connection, work), WritePriority.Prompt);

    /// <inheritdoc/>
    public void Dispose() => _transaction?.Dispose();

    private bool Run(SqliteConnection connection, Func<IIntakeTransaction, ValueTask> work)
    {
        _transaction ??= new SqliteIntakeTransaction(connection);
        var task = work(_transaction);
        if (!task.IsCompleted)
        {
            throw new InvalidOperationException("Intake waited for something other than the database inside its transaction.");
        }

        task.GetAwaiter().GetResult();
        return true;
    }
}

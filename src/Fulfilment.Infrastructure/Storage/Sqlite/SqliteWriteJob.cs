using Fulfilment.Core.Storage;
using Microsoft.Data.Sqlite;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>A piece of work for the <see cref="SqliteWriter"/>, answered once it is on disk.</summary>
internal abstract class SqliteWriteJob(WritePriority priority)
{
    public WritePriority Priority { get; } = priority;

    public abstract void Run(SqliteConnection connection);

    public abstract void Succeed();

    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
internal sealed class SqliteWriteJob<T>(Func<SqliteConnection, T> work, WritePriority priority) : SqliteWriteJob(priority)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Task => _completion.Task;

    public override void Run(SqliteConnection connection)
    {
        using var inside = OpenTransaction.Enter();
        _result = work(connection);
    }

    public override void Succeed() => _completion.TrySetResult(_result);

    public override void Fail(Exception exception) => _completion.TrySetException(exception);
}

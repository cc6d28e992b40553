using System.Data.Common;
using Fulfilment.Core.Storage;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>
/// Transactions that the stores run through Dapper: begun and ended in T-SQL text, so that no call needs a transaction object. Which failures are repeated,
/// and that a commit which breaks never is, is decided here.
/// </summary>
/// <param name="open">Gives a connection of its own.</param>
/// <param name="repeats">How often, and after which pauses.</param>
/// <param name="errorOf">What an exception means.</param>
internal sealed class SqlServerTransactions(Func<Task<ISqlServerSession>> open, SqlServerRepeats repeats, Func<Exception, SqlServerError> errorOf)
{
    // XACT_ABORT: any error undoes the whole transaction at once, so nothing of it can be committed by mistake. Each text has no parameters on purpose:
    // with some it would run inside a procedure of the server, which sets everything back when it ends.
    // NOCOUNT is off whatever the server's default: guards go by the number of rows changed, and with it on there is none.
    internal const string BeginWrite = "SET NOCOUNT OFF; SET XACT_ABORT ON; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRANSACTION;";
    internal const string BeginGuarded = "SET NOCOUNT OFF; SET XACT_ABORT ON; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN TRANSACTION;";
    internal const string BeginSnapshot = "SET XACT_ABORT ON; SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION;";

    // The level is set back because the connection goes back to a pool, where not every server sets it back.
    internal const string Commit = "COMMIT TRANSACTION; SET TRANSACTION ISOLATION LEVEL READ COMMITTED;";
    internal const string RollBack = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION; SET TRANSACTION ISOLATION LEVEL READ COMMITTED;";

    /// <summary>
    /// Runs <paramref name="work"/> as if alone. The whole of it is repeated when it was undone by a deadlock, met a row that somebody else had just added
    /// (it then finds that row), or lost its connection before its commit was sent.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work) => WriteAsync(BeginWrite, work);

    /// <summary>Runs <paramref name="work"/>, whose guards decide, beside others, and repeats it like <see cref="WriteAsync{T}(Func{DbConnection, Task{T}})"/>.</summary>
    public Task<T> WriteGuardedAsync<T>(Func<DbConnection, Task<T>> work) => WriteAsync(BeginGuarded, work);

    /// <summary>Runs queries on one snapshot. They are not repeated: they may have handed out rows already.</summary>
    public async Task<T> ReadSnapshotAsync<T>(Func<DbConnection, Task<T>> work)
    {
        var session = await repeats.RunAsync(open, exception => errorOf(exception) == SqlServerError.Transient).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(BeginSnapshot).ConfigureAwait(false);
            using var inside = OpenTransaction.Enter();
            try
            {
                return await work(session.Connection).ConfigureAwait(false);
            }
            finally
            {
                await RollBackAsync(session).ConfigureAwait(false);
            }
        }
    }

    private Task<T> WriteAsync<T>(string begin, Func<DbConnection, Task<T>> work) => repeats.RunAsync(
        () => WriteOnceAsync(begin, work),
        exception => errorOf(exception) is SqlServerError.Deadlock or SqlServerError.SnapshotConflict or SqlServerError.Duplicate or SqlServerError.Transient);

    private async Task<T> WriteOnceAsync<T>(string begin, Func<DbConnection, Task<T>> work)
    {
        var session = await open().ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(begin).ConfigureAwait(false);
            using var inside = OpenTransaction.Enter();
            T result;
            try
            {
                result = await work(session.Connection).ConfigureAwait(false);
            }
            catch
            {
                await RollBackAsync(session).ConfigureAwait(false);
                throw;
            }

            await CommitAsync(session).ConfigureAwait(false);
            return result;
        }
    }

    private async Task CommitAsync(ISqlServerSession session)
    {
        try
        {
            await session.ExecuteAsync(Commit).ConfigureAwait(false);
        }
        catch (Exception exception) when (errorOf(exception) is not (SqlServerError.Deadlock or SqlServerError.SnapshotConflict or SqlServerError.NoTransaction))
        {
            // The server may have committed before we lost sight of it.
            throw new AmbiguousCommitException(exception);
        }
    }

    private static async Task RollBackAsync(ISqlServerSession session)
    {
        try
        {
            await session.ExecuteAsync(RollBack).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The connection is gone, and its transaction with it; the failure that brought us here is the one to tell.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}

/// <summary>One connection to SQL Server.</summary>
internal interface ISqlServerSession : IAsyncDisposable
{
    DbConnection Connection { get; }

    /// <summary>Runs a text without parameters.</summary>
    Task ExecuteAsync(string text);
}

using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>
/// The one connection of this process that writes. Whatever waits while a transaction commits goes into the next one, so one sync to disk
/// pays for many writes. A transaction is some bulk jobs, then the prompt ones that wait, then some background ones: as many bulk jobs as fit into a second
/// or so while nobody else writes, hardly more than one while somebody does, and background jobs for a millisecond while there are prompt ones.
/// A bulk job that throws is undone with the bulk jobs before it, any other alone.
/// Jobs are answered after the commit.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    // A transaction that took whatever came would never commit once jobs arrive faster than they are done, and nobody would be answered.
    private const int MostJobs = 1_000;

    private static readonly TimeSpan LongestWaitForLock = TimeSpan.FromSeconds(60);

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _db;
    private readonly Thread _thread;
    private readonly SqliteOtherWriters? _otherWriters;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<SqliteWriteJob> _prompt = new();
    private readonly Queue<SqliteWriteJob> _background = new();
    private readonly Queue<SqliteWriteJob> _bulk = new();
    private readonly List<SqliteWriteJob> _done = [];
    private readonly SqliteAllowance _allowance;
    private TimeSpan _backgroundTook;
    private bool _stopping;

    /// <param name="connection">Open; the writer owns it.</param>
    /// <param name="sharesLock">Whether to pause between transactions, because a host beside this process needs the lock more.</param>
    public SqliteWriter(SqliteConnection connection, bool sharesLock)
    {
        _connection = connection;
        _db = connection.Handle!;
        _otherWriters = sharesLock ? new SqliteOtherWriters(connection) : null;
        _allowance = new SqliteAllowance(sharesLock);
        _thread = new Thread(Loop) { IsBackground = true, Name = "sqlite-writer" };
        _thread.Start();
    }

    /// <summary>Runs the job in a transaction on the writer's thread; completes when the transaction is on disk.</summary>
    public Task<T> RunAsync<T>(Func<SqliteConnection, T> work, WritePriority priority)
    {
        var job = new SqliteWriteJob<T>(work, priority);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            var queue = priority switch
            {
                WritePriority.Prompt => _prompt,
                WritePriority.Background => _background,
                _ => _bulk,
            };
            queue.Enqueue(job);
        }

        _work.Release();
        return job.Task;
    }

    /// <summary>Finishes what was accepted, then closes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
        }

        _work.Release();
        _thread.Join();
        _work.Dispose();
        _otherWriters?.Dispose();
        _connection.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _work.Wait();
            while ((Take(_bulk) ?? Take(_prompt) ?? Take(_background)) is { } first)
            {
                RunTransaction(first);
                if (_otherWriters is not null)
                {
                    Thread.Sleep(5);
                }
            }

            lock (_gate)
            {
                if (_stopping && _prompt.Count + _background.Count + _bulk.Count == 0)
                {
                    return;
                }
            }
        }
    }

    private void RunTransaction(SqliteWriteJob first)
    {
        var started = Stopwatch.GetTimestamp();
        _backgroundTook = TimeSpan.Zero;
        for (var job = first; job is not null; job = Next(job, started))
        {
            if (!InTransaction && !TryBegin(job))
            {
                return;
            }

            RunJob(job);
        }

        try
        {
            if (InTransaction)
            {
                Execute("COMMIT");
            }
        }
        catch (SqliteException exception)
        {
            RollBack();
            FailDone(exception);
            return;
        }

        foreach (var job in _done)
        {
            job.Succeed();
        }

        _done.Clear();
    }

    private bool InTransaction => raw.sqlite3_get_autocommit(_db) == 0;

    // Bulk jobs come first, so that none of them ever needs a savepoint and no other job waits for more of them than were begun before it came.
    private SqliteWriteJob? Next(SqliteWriteJob last, long started)
    {
        if (last.Priority == WritePriority.Bulk && Stopwatch.GetElapsedTime(started) < _allowance.ForBulk(OthersWait()) && Take(_bulk) is { } bulk)
        {
            return bulk;
        }

        if (_done.Count >= MostJobs)
        {
            return null;
        }

        return Take(_prompt) ?? (_backgroundTook < _allowance.ForBackground() ? Take(_background) : null);
    }

    private bool OthersWait()
    {
        lock (_gate)
        {
            return _prompt.Count + _background.Count > 0;
        }
    }

    private bool TryBegin(SqliteWriteJob job)
    {
        try
        {
            BeginImmediate();
            if (_otherWriters?.HaveWritten() == true)
            {
                _allowance.OtherHasWritten();
            }

            return true;
        }
        catch (SqliteException exception)
        {
            job.Fail(exception);
            return false;
        }
    }

    // Runs one job so that its failure undoes it alone. While it is the first of its transaction a plain roll-back does that;
    // after others it needs a savepoint, which costs a copy of every page touched: too much for bulk jobs, whose owners can repeat them.
    private void RunJob(SqliteWriteJob job)
    {
        var saved = job.Priority != WritePriority.Bulk && _done.Count > 0;
        var started = Stopwatch.GetTimestamp();
        try
        {
            if (saved)
            {
                Execute("SAVEPOINT job");
            }

            job.Run(_connection);
            if (saved)
            {
                Execute("RELEASE job");
            }

            _done.Add(job);
        }
#pragma warning disable CA1031 // The job's owner gets the exception, whatever it is; the writer's thread must live.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Undo(saved, exception);
            job.Fail(exception);
        }

        _allowance.HasRun(job.Priority);
        if (job.Priority == WritePriority.Background)
        {
            _backgroundTook += Stopwatch.GetElapsedTime(started);
        }
    }

    private void Undo(bool saved, Exception cause)
    {
        // A full disk or a broken file makes SQLite roll back the whole transaction by itself, the other jobs with it.
        if (saved && InTransaction)
        {
            Execute("ROLLBACK TO job");
            Execute("RELEASE job");
            return;
        }

        RollBack();
        FailDone(cause);
    }

    private void FailDone(Exception cause)
    {
        foreach (var job in _done)
        {
            job.Fail(cause);
        }

        _done.Clear();
    }

    private void RollBack()
    {
        if (InTransaction)
        {
            Execute("ROLLBACK");
        }
    }

    // Asks for the lock every millisecond: SQLite's own waiting grows to 100 ms a step, so a command that writes in short pieces beside us would win nearly always.
    private void BeginImmediate()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var code = raw.sqlite3_exec(_db, "BEGIN IMMEDIATE");
            if (code == raw.SQLITE_OK)
            {
                return;
            }

            if ((code & 0xFF) != raw.SQLITE_BUSY || Stopwatch.GetElapsedTime(started) > LongestWaitForLock)
            {
                throw Error(code);
            }

            Thread.Sleep(1);
        }
    }

    private void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_db, sql);
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    private SqliteException Error(int code) => new(raw.sqlite3_errmsg(_db).utf8_to_string(), code & 0xFF, code);

    private SqliteWriteJob? Take(Queue<SqliteWriteJob> queue)
    {
        lock (_gate)
        {
            return queue.TryDequeue(out var job) ? job : null;
        }
    }
}

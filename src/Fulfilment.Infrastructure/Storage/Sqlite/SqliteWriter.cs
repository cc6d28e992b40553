using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Fulfilment.Infrastructure.Storage.Sqlite;

/// <summary>
/// The one connection of this process that writes. Whatever waits while a transaction commits goes into the next one, so one sync to disk
/// pays for many writes. Prompt jobs go first; bulk jobs fill the rest of a transaction and give way after each piece.
/// A job that throws is undone alone. Jobs are answered after the commit.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    // A transaction of bulk jobs alone ends after this, so that the log does not grow without bound.
    private static readonly TimeSpan LongestBulk = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWaitForLock = TimeSpan.FromSeconds(60);

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _db;
    private readonly Thread _thread;
    private readonly bool _sharesLock;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<Job> _prompt = new();
    private readonly Queue<Job> _bulk = new();
    private readonly List<Job> _done = [];
    private bool _stopping;

    /// <param name="connection">Open; the writer owns it.</param>
    /// <param name="sharesLock">Whether to pause between transactions, because a host beside this process needs the lock more.</param>
    public SqliteWriter(SqliteConnection connection, bool sharesLock)
    {
        _connection = connection;
        _db = connection.Handle!;
        _sharesLock = sharesLock;
        _thread = new Thread(Loop) { IsBackground = true, Name = "sqlite-writer" };
        _thread.Start();
    }

    /// <summary>Runs the job in a transaction on the writer's thread; completes when the transaction is on disk.</summary>
    public Task<T> RunAsync<T>(Func<SqliteConnection, T> work, WritePriority priority)
    {
        var job = new Job<T>(work);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            (priority == WritePriority.Prompt ? _prompt : _bulk).Enqueue(job);
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
        _connection.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _work.Wait();
            while ((Take(_prompt) ?? Take(_bulk)) is { } first)
            {
                RunTransaction(first);
                if (_sharesLock)
                {
                    Thread.Sleep(5);
                }
            }

            lock (_gate)
            {
                if (_stopping && _prompt.Count == 0 && _bulk.Count == 0)
                {
                    return;
                }
            }
        }
    }

    private void RunTransaction(Job first)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            BeginImmediate();
        }
        catch (SqliteException exception)
        {
            first.Fail(exception);
            return;
        }

        for (var job = first; job is not null; job = NextFor(started))
        {
            RunJob(job);
        }

        try
        {
            Execute("COMMIT");
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

    private Job? NextFor(long started)
    {
        if (Take(_prompt) is { } prompt)
        {
            return prompt;
        }

        return Stopwatch.GetElapsedTime(started) < LongestBulk ? Take(_bulk) : null;
    }

    // Runs one job so that its failure undoes it alone. While it is the first of its transaction a plain roll-back does that;
    // after others it needs a savepoint, which costs a copy of every page touched.
    private void RunJob(Job job)
    {
        var others = _done.Count > 0;
        try
        {
            if (others)
            {
                Execute("SAVEPOINT job");
            }

            job.Run(_connection);
            if (others)
            {
                Execute("RELEASE job");
            }

            _done.Add(job);
        }
#pragma warning disable CA1031 // The job's owner gets the exception, whatever it is; the writer's thread must live.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Undo(others, exception);
            job.Fail(exception);
        }
    }

    private void Undo(bool others, Exception cause)
    {
        // A full disk or a broken file makes SQLite roll back the whole transaction by itself, the other jobs with it.
        var rolledBack = raw.sqlite3_get_autocommit(_db) != 0;
        if (others && !rolledBack)
        {
            Execute("ROLLBACK TO job");
            Execute("RELEASE job");
            return;
        }

        RollBack();
        FailDone(cause);
        BeginImmediate();
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
        if (raw.sqlite3_get_autocommit(_db) == 0)
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

    private Job? Take(Queue<Job> queue)
    {
        lock (_gate)
        {
            return queue.TryDequeue(out var job) ? job : null;
        }
    }

    private abstract class Job
    {
        public abstract void Run(SqliteConnection connection);

        public abstract void Succeed();

        public abstract void Fail(Exception exception);
    }

    private sealed class Job<T>(Func<SqliteConnection, T> work) : Job
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Task => _completion.Task;

        public override void Run(SqliteConnection connection) => _result = work(connection);

        public override void Succeed() => _completion.TrySetResult(_result);

        public override void Fail(Exception exception) => _completion.TrySetException(exception);
    }
}

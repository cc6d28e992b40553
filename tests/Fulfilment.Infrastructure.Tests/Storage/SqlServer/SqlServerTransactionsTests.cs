using System.Data.Common;
using Fulfilment.Core.Storage;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.SqlServer;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer;

/// <summary>What is repeated, how often and with which pauses, and what never is; every step fails here on purpose, without a server.</summary>
public sealed class SqlServerTransactionsTests
{
    private const int Deadlock = 1205;
    private const int ConnectionLost = 10054;

    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _log = [];
    private readonly Dictionary<string, Queue<int>> _failures = [];
    private readonly SqlServerTransactions _transactions;

    public SqlServerTransactionsTests() => _transactions = new SqlServerTransactions(
        () =>
        {
            Step("open");
            return Task.FromResult<ISqlServerSession>(new Session(this));
        },
        new SqlServerRepeats(_time, new Random(1)),
        exception => exception is ServerException failed ? SqlServerErrors.Of(failed.Number, 16) : SqlServerError.Other);

    [Fact]
    public async Task CleanWrite_RunsOnce()
    {
        Assert.Equal(7, await WriteAsync());

        Assert.Equal(["open", "begin", "work", "commit", "close"], _log);
    }

    /// <summary>At SERIALIZABLE a look at the end of the outbox keeps intake from adding to it.</summary>
    [Fact]
    public async Task GuardedWrite_LocksNoRanges_AndIsRepeatedLikeAnyOther()
    {
        Fail("work", Deadlock);

        var write = _transactions.WriteGuardedAsync(WorkAsync);
        await PassPausesAsync(write);

        Assert.Equal(7, await write);
        Assert.Equal(["open", "guarded", "work", "roll back", "close", "open", "guarded", "work", "commit", "close"], _log);
        Assert.Contains("READ COMMITTED", SqlServerTransactions.BeginGuarded, StringComparison.Ordinal);
        Assert.Contains("XACT_ABORT ON", SqlServerTransactions.BeginGuarded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("open", ConnectionLost)]
    [InlineData("begin", ConnectionLost)]
    [InlineData("work", ConnectionLost)]
    [InlineData("work", Deadlock)]
    [InlineData("work", 3960)]
    [InlineData("work", 2601)]
    [InlineData("work", 2627)]
    [InlineData("commit", Deadlock)]
    public async Task WhatWasUndone_RunsAgainFromItsBeginning_AfterAPause(string step, int number)
    {
        Fail(step, number, times: 2);

        var write = WriteAsync();
        await PassPausesAsync(write);

        Assert.Equal(7, await write);
        Assert.Equal(step == "commit" ? 3 : 1, _log.Count(entry => entry == "commit"));
        Assert.Equal(["open", "begin", "work", "commit", "close"], _log.TakeLast(5));
        Assert.Equal(_log.Count(entry => entry == "begin"), _log.Count(entry => entry == "close"));
    }

    [Theory]
    [InlineData(ConnectionLost)]
    [InlineData(-2)]
    [InlineData(0)]
    [InlineData(40197)]
    public async Task CommitThatBreaks_IsAmbiguous_AndNeverRepeated(int number)
    {
        Fail("commit", number);

        await Assert.ThrowsAsync<AmbiguousCommitException>(WriteAsync);

        Assert.Equal(["open", "begin", "work", "commit", "close"], _log);
    }

    [Theory]
    [InlineData("begin", 229)]
    [InlineData("work", 229)]
    [InlineData("work", 515)]
    [InlineData("work", -2)]
    [InlineData("commit", 3902)]
    public async Task AnyOtherFailure_IsThrownAtOnce(string step, int number)
    {
        Fail(step, number);

        var failed = await Assert.ThrowsAsync<ServerException>(WriteAsync);

        Assert.Equal(number, failed.Number);
        Assert.Single(_log, entry => entry == "begin");
        Assert.Equal("close", _log[^1]);
        Assert.Equal(step == "work", _log.Contains("roll back"));
    }

    [Fact]
    public async Task FailureOfTheStore_IsRolledBack_AndThrownAtOnce()
    {
        await Assert.ThrowsAsync<FormatException>(() => _transactions.WriteAsync<int>(_ => throw new FormatException()));

        Assert.Equal(["open", "begin", "roll back", "close"], _log);
    }

    [Fact]
    public async Task FailureOfTheRollBack_HidesNotWhatCameBefore()
    {
        Fail("work", 229);
        Fail("roll back", ConnectionLost);

        Assert.Equal(229, (await Assert.ThrowsAsync<ServerException>(WriteAsync)).Number);
    }

    [Fact]
    public async Task Repeats_AreBounded_AndSoAreTheirPauses()
    {
        Fail("work", Deadlock, times: 100);
        var start = _time.GetTimestamp();

        var write = WriteAsync();
        await PassPausesAsync(write);

        Assert.Equal(Deadlock, (await Assert.ThrowsAsync<ServerException>(() => write)).Number);
        Assert.Equal(SqlServerRepeats.MostAttempts, _log.Count(entry => entry == "work"));
        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task SnapshotRead_IsNotRepeated_AndEndsItsTransaction()
    {
        Fail("work", Deadlock);

        await Assert.ThrowsAsync<ServerException>(() => _transactions.ReadSnapshotAsync(WorkAsync));

        Assert.Equal(["open", "snapshot", "work", "roll back", "close"], _log);
    }

    [Theory]
    [InlineData(50000, 20, SqlServerError.Transient)]
    [InlineData(50000, 19, SqlServerError.Other)]
    [InlineData(40613, 17, SqlServerError.Transient)]
    [InlineData(18456, 14, SqlServerError.Other)]
    [InlineData(1205, 13, SqlServerError.Deadlock)]
    public void Error_MeansWhatItsNumberAndSeveritySay(int number, byte severity, SqlServerError expected) =>
        Assert.Equal(expected, SqlServerErrors.Of(number, severity));

    [Fact]
    public async Task WorkIsMarkedAsInsideATransaction_AndNothingElseIs()
    {
        var inside = new List<bool>();
        Task<int> Look(DbConnection connection)
        {
            inside.Add(OpenTransaction.IsOpen);
            return Task.FromResult(0);
        }

        await _transactions.WriteAsync(Look);
        inside.Add(OpenTransaction.IsOpen);
        await _transactions.ReadSnapshotAsync(Look);
        inside.Add(OpenTransaction.IsOpen);
        await Assert.ThrowsAsync<FormatException>(() => _transactions.WriteAsync<int>(_ => throw new FormatException()));
        inside.Add(OpenTransaction.IsOpen);

        Assert.Equal([true, false, true, false, false], inside);
    }

    private Task<int> WriteAsync() => _transactions.WriteAsync(WorkAsync);

    private Task<int> WorkAsync(DbConnection connection)
    {
        Step("work");
        return Task.FromResult(7);
    }

    // The work itself never waits, so whatever is not finished waits for a pause.
    private async Task PassPausesAsync(Task write)
    {
        while (!write.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }

    private void Fail(string step, int number, int times = 1) => _failures[step] = new Queue<int>(Enumerable.Repeat(number, times));

    private void Step(string name)
    {
        _log.Add(name);
        if (_failures.TryGetValue(name, out var left) && left.TryDequeue(out var number))
        {
            throw new ServerException(number);
        }
    }

    private sealed class Session(SqlServerTransactionsTests test) : ISqlServerSession
    {
        public DbConnection Connection => null!;

        public Task ExecuteAsync(string text)
        {
            test.Step(text switch
            {
                SqlServerTransactions.BeginWrite => "begin",
                SqlServerTransactions.BeginGuarded => "guarded",
                SqlServerTransactions.BeginSnapshot => "snapshot",
                SqlServerTransactions.Commit => "commit",
                SqlServerTransactions.RollBack => "roll back",
                _ => text,
            });
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            test._log.Add("close");
            return default;
        }
    }

    private sealed class ServerException(int number) : Exception($"Error {number}.")
    {
        public int Number => number;
    }
}

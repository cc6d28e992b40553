using System.Collections.Concurrent;
using Fulfilment.Core;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Tests;
using Fulfilment.Suppliers.Pipeline;

namespace Fulfilment.Suppliers.Tests.Pipeline;

/// <summary>Breaker, rate, concurrency and time-outs, on a test's clock.</summary>
public sealed class SupplierPipelineTests
{
    private static readonly SupplierAnswer Unknown = new SupplierAnswer.Answered(new SupplierOutcome.Unknown("timeout"), null);
    private static readonly SupplierAnswer Issued = new SupplierAnswer.Answered(new SupplierOutcome.Issued([]), null);
    private static readonly SupplierAnswer Rejected = new SupplierAnswer.Answered(new SupplierOutcome.Rejected("out_of_stock"), null);
    private static readonly SupplierAnswer Broke = new SupplierAnswer.Answered(new SupplierOutcome.Rejected("insufficient_balance"), null);

    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedSupplier _supplier = new();

    [Fact]
    public async Task Breaker_Opens_WhenNothingDefiniteIsAnswered_AndClosesOnOneThatIs()
    {
        var changes = new List<bool>();
        using var pipeline = new SupplierPipeline(_supplier, new SupplierLimits { BreakerAfter = 4, BreakerSeconds = 30 }, _time, changes.Add);
        _supplier.Answer = Unknown;
        for (var i = 0; i < 4; i++)
        {
            await IssueAsync(pipeline);
        }

        Assert.Equal(new SupplierEntry.Shut("breaker_open"), pipeline.Enter());
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(new SupplierEntry.Shut("breaker_open"), pipeline.Enter());

        // One tries, and fails: another half a minute.
        _time.Advance(TimeSpan.FromSeconds(1));
        using (var slot = Open(pipeline))
        {
            Assert.Equal(new SupplierEntry.Shut("breaker_open"), pipeline.Enter());
            Assert.Equal(Unknown, await IssueAsync(slot.Supplier));
        }

        Assert.Equal(new SupplierEntry.Shut("breaker_open"), pipeline.Enter());

        // One that gave its slot back unused is followed by another.
        _time.Advance(TimeSpan.FromSeconds(30));
        Open(pipeline).Dispose();
        using (var slot = Open(pipeline))
        {
            _supplier.Answer = Issued;
            Assert.Equal(Issued, await IssueAsync(slot.Supplier));
            using var second = Open(pipeline);
        }

        Assert.Equal(6, _supplier.Calls);
        Assert.Equal([true, true, false], changes);
        Assert.False(pipeline.IsBreakerOpen);
    }

    [Fact]
    public async Task Breaker_LetsNothingThrough_OfSlotsGivenBeforeItOpened()
    {
        using var pipeline = Pipeline(new SupplierLimits { BreakerAfter = 4 });
        using var slot = Open(pipeline);
        _supplier.Answer = Unknown;
        for (var i = 0; i < 4; i++)
        {
            await IssueAsync(pipeline);
        }

        var permit = Permit();
        Assert.Equal(new SupplierAnswer.NotSent("breaker_open"), await slot.Supplier.IssueAsync(Request(), permit, CancellationToken.None));
        Assert.False(permit.TryUse(this));
        Assert.Equal(4, _supplier.Calls);
    }

    [Fact]
    public async Task Breaker_StaysClosed_WhenUnitsAreRejected()
    {
        using var pipeline = Pipeline(new SupplierLimits { BreakerAfter = 4 });
        _supplier.Answer = Rejected;
        for (var i = 0; i < 20; i++)
        {
            await IssueAsync(pipeline);
        }

        Open(pipeline).Dispose();
    }

    [Fact]
    public async Task Breaker_Opens_WhenEveryUnitWouldBeRejected()
    {
        using var pipeline = Pipeline(new SupplierLimits { BreakerAfter = 4 });
        _supplier.Answer = Broke;
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(Broke, await IssueAsync(pipeline));
        }

        Assert.Equal(new SupplierEntry.Shut("breaker_open"), pipeline.Enter());
    }

    [Fact]
    public void Enter_GivesAsManySlotsAsAreAllowed_AndEachBackOnce()
    {
        using var pipeline = Pipeline(new SupplierLimits { Concurrency = 3 });
        var slots = Enumerable.Range(0, 3).Select(_ => Open(pipeline)).ToList();
        Assert.IsType<SupplierEntry.Busy>(pipeline.Enter());

        slots[0].Dispose();
        slots[0].Dispose();

        using var fourth = Open(pipeline);
        Assert.IsType<SupplierEntry.Busy>(pipeline.Enter());
    }

    [Fact]
    public void Enter_KeepsTheRate_AtAnyTimes()
    {
        const int PerSecond = 7;
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var pipeline = Pipeline(new SupplierLimits { PerSecond = PerSecond, Concurrency = 1000 });
        var given = new List<TimeSpan>();
        var now = TimeSpan.Zero;
        for (var i = 0; i < 3_000; i++)
        {
            switch (pipeline.Enter())
            {
                case SupplierEntry.Open(var slot):
                    given.Add(now);
                    slot.Dispose();
                    break;
                case SupplierEntry.Busy(var after):
                    Assert.InRange(after, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
                    if (random.Next(3) == 0)
                    {
                        _time.Advance(after);
                        now += after;
                        Open(pipeline).Dispose();
                        given.Add(now);
                    }

                    break;
                default:
                    Assert.Fail("It is not shut.");
                    break;
            }

            var pass = TimeSpan.FromMilliseconds(random.Next(200));
            _time.Advance(pass);
            now += pass;
        }

        for (int first = 0, last = 0; last < given.Count; last++)
        {
            while (given[last] - given[first] >= TimeSpan.FromSeconds(1))
            {
                first++;
            }

            // A burst of a second's, and what came free during the second.
            Assert.InRange(last - first + 1, 1, 2 * PerSecond);
        }
    }

    [Fact]
    public async Task Query_EndsUnknown_WhenNoAnswerComesInTime()
    {
        using var pipeline = Pipeline(new SupplierLimits { QueryTimeoutSeconds = 4 });
        _supplier.Hangs = true;

        var asking = pipeline.QueryAsync(Request(), CancellationToken.None);
        await _supplier.CalledAsync();
        _time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(Unknown, await asking);
        Assert.Equal(1, _supplier.Calls);
    }

    [Fact]
    public async Task Issue_IsUnknown_WhenAnAdapterSaysNotSentOfAUsedPermit()
    {
        using var pipeline = Pipeline(new SupplierLimits());
        _supplier.UsesPermit = true;
        _supplier.Answer = new SupplierAnswer.NotSent("connect_failed");

        var answer = await IssueAsync(pipeline);

        Assert.Equal(new SupplierOutcome.Unknown("connect_failed"), Assert.IsType<SupplierAnswer.Answered>(answer).Outcome);
        Assert.Equal(1, _supplier.Calls);
    }

    private static SupplierSlot Open(SupplierPipeline pipeline) => Assert.IsType<SupplierEntry.Open>(pipeline.Enter()).Slot;

    private static SupplierRequest Request() => new()
    {
        AttemptId = 7,
        SupplierSku = "V1",
        ExpectsCode = true,
        MaxCost = new Money(10),
        Currency = "CNY",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private SupplierPipeline Pipeline(SupplierLimits limits) => new(_supplier, limits, _time);

    private SendPermit Permit() => new(_time, TimeSpan.FromSeconds(20));

    private Task<SupplierAnswer> IssueAsync(ISupplier supplier) => supplier.IssueAsync(Request(), Permit(), CancellationToken.None);

    private sealed class ScriptedSupplier : ISupplier, IFaultReasons
    {
        private readonly TaskCompletionSource _called = new();
        private readonly ConcurrentQueue<string> _calls = new();

        public SupplierAnswer Answer { get; set; } = Issued;

        public bool Hangs { get; set; }

        public bool UsesPermit { get; set; }

        public int Calls => _calls.Count;

        public SupplierTiming Timing { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), TimeSpan.FromMinutes(1));

        public bool CanQuery => true;

        public IReadOnlySet<string> FaultReasons { get; } = new HashSet<string> { "insufficient_balance" };

        public Task CalledAsync() => _called.Task;

        public Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
        {
            if (UsesPermit)
            {
                Assert.True(permit.TryUse(this));
            }

            return CallAsync("issue", cancellation);
        }

        public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation) => CallAsync("query", cancellation);

        public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) => Task.FromResult<SupplierBalance?>(null);

        public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SupplierProduct>?>(null);

        public ParsedCallback ParseCallback(CallbackRequest request) => throw new FormatException();

        private async Task<SupplierAnswer> CallAsync(string call, CancellationToken cancellation)
        {
            _calls.Enqueue(call);
            _called.TrySetResult();
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return Answer;
        }
    }
}

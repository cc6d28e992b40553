using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Pool;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Infrastructure.Tests.Pool;

/// <summary>Random sequences of everything that can happen to a pool, against a table in memory and what is known of every id given out.</summary>
public sealed class InProcessCardKeyPoolModelTests
{
    private const long Sku = 1;
    private const int Day = 740_000;

    [Fact]
    public async Task RandomOperations_KeepThePoolsPromises()
    {
        for (var run = 0; run < 50; run++)
        {
            var seed = Random.Shared.Next();
            try
            {
                await RunAsync(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"The run with seed {seed} failed.", exception);
            }
        }
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var time = new ManualTimeProvider();
        var table = new TableModel();
        await using var pool = new InProcessCardKeyPool(table, time, NullLogger<InProcessCardKeyPool>.Instance, new WindowOptions { Size = 16, DriftThreshold = 10 });
        // Ids given out and neither returned nor forgotten by a reset. After a pause the pool may begin anew when it runs dry, and what was given
        // before and is returned after is then in it twice, for the guard to sort out; a reset makes that good.
        var held = new HashSet<long>();
        var mayRestart = false;
        // A returned id may have become too early meanwhile; the pool leaves that to the guard.
        var everReturned = new HashSet<long>();
        var minDay = Day;
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(10))
            {
                case 0:
                    table.Add(random, Day, random.Next(1, 40));
                    break;
                case 1:
                    var returned = held.Where(_ => random.Next(3) == 0).ToList();
                    pool.Return(Sku, returned);
                    held.ExceptWith(returned);
                    everReturned.UnionWith(returned);
                    break;
                case 2:
                    table.Remove(held);
                    break;
                case 3:
                    pool.Reset(Sku);
                    held.Clear();
                    mayRestart = false;
                    break;
                case 4:
                    time.Advance(TimeSpan.FromSeconds(1));
                    mayRestart = true;
                    break;
                case 5:
                    await pool.SettleAsync();
                    break;
                case 6:
                    minDay = Math.Min(Day + 3, minDay + random.Next(2));
                    break;
                case 7:
                    // As a claim does that finds the window empty; the pool may then begin anew.
                    var fromTable = table.AvailableFrom(minDay).Except(held).Order().Take(random.Next(5)).ToList();
                    table.Remove(fromTable);
                    pool.ReportTaken(Sku, fromTable);
                    held.Clear();
                    break;
                default:
                    var need = new KeyNeed(Sku, minDay, random.Next(1, 12));
                    await pool.TakeAsync([need], TestContext.Current.CancellationToken);
                    Assert.InRange(need.Candidates.Count, 0, need.Count);
                    Assert.All(need.Candidates, id => Assert.True(held.Add(id) || mayRestart, $"Step {step}: id {id} was given twice."));
                    Assert.All(need.Candidates, id => Assert.True(table.DayOf(id) >= minDay || everReturned.Contains(id), $"Step {step}: id {id} expires too early."));
                    break;
            }
        }

        await AssertEverythingIsFoundAsync(pool, table, time, minDay);
    }

    /// <summary>Whatever happened before: keys that are available are given in the end.</summary>
    private static async Task AssertEverythingIsFoundAsync(InProcessCardKeyPool pool, TableModel table, ManualTimeProvider time, int minDay)
    {
        var expected = table.AvailableFrom(minDay);
        for (var round = 0; expected.Count > 0; round++)
        {
            Assert.True(round < 2000, $"{expected.Count} available keys are never given.");
            var need = new KeyNeed(Sku, minDay, 7);
            await pool.TakeAsync([need], TestContext.Current.CancellationToken);
            expected.ExceptWith(need.Candidates);
            table.Remove(need.Candidates);
            await pool.SettleAsync();
            if (need.Candidates.Count == 0)
            {
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    private sealed class TableModel : ICardKeyWindowReader
    {
        private readonly Lock _gate = new();
        private readonly SortedSet<WindowKey> _available = new(Comparer<WindowKey>.Create((left, right) => (left.ExpiresOn, left.Id).CompareTo((right.ExpiresOn, right.Id))));
        private readonly Dictionary<long, int> _days = [];

        public void Add(Random random, int day, int count)
        {
            lock (_gate)
            {
                for (var i = 0; i < count; i++)
                {
                    var key = new WindowKey(day + random.Next(6), _days.Count + 1);
                    _days.Add(key.Id, key.ExpiresOn);
                    _available.Add(key);
                }
            }
        }

        public void Remove(IEnumerable<long> ids)
        {
            lock (_gate)
            {
                foreach (var id in ids)
                {
                    _available.Remove(new WindowKey(_days[id], id));
                }
            }
        }

        public int DayOf(long id)
        {
            lock (_gate)
            {
                return _days[id];
            }
        }

        public HashSet<long> AvailableFrom(int day)
        {
            lock (_gate)
            {
                return [.. _available.Where(key => key.ExpiresOn >= day).Select(key => key.Id)];
            }
        }

        public Task<int> ReadAsync(long skuId, WindowKey after, Memory<WindowKey> destination, CancellationToken cancellation)
        {
            lock (_gate)
            {
                var rows = _available.GetViewBetween(after with { Id = after.Id + 1 }, new WindowKey(int.MaxValue, long.MaxValue)).Take(destination.Length).ToArray();
                rows.CopyTo(destination);
                return Task.FromResult(rows.Length);
            }
        }

        public Task<long> StockVersionAsync(CancellationToken cancellation) => Task.FromResult(0L);
    }
}

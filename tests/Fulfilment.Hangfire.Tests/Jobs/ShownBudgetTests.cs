using Fulfilment.Core.Jobs;
using Fulfilment.Hangfire.Jobs;
using Fulfilment.Infrastructure.Tests;

namespace Fulfilment.Hangfire.Tests.Jobs;

/// <summary>However many units are looked at again, Hangfire's storage gets a bounded number of jobs to show; the workers are nudged all the same.</summary>
public sealed class ShownBudgetTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Flood_IsShownInPart_AndTheRestIsCounted()
    {
        var (budget, units) = (new ShownBudget(_time), new WorkSignal());
        var queue = new HangfireQueue(new SignalQueue(units, new JobSignals()), budget);
        for (var i = 0; i < ShownBudget.Most + 700; i++)
        {
            queue.UnitDue(1, i, _time.GetUtcNow().AddMinutes(5));
        }

        Assert.Equal((ShownBudget.Most, 700L), (queue.Shown.Count, budget.LeftOut));
        await units.WaitAsync(TimeSpan.FromHours(1), _time, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void InADay_AtMostTwiceAsManyAreShown_HoweverManyThereAre()
    {
        var budget = new ShownBudget(_time);
        var shown = 0;
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            for (var i = 0; i < 20; i++)
            {
                shown += budget.TryTake() ? 1 : 0;
            }

            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(shown, (2 * ShownBudget.Most) - 10, 2 * ShownBudget.Most);
    }

    [Fact]
    public void QuietHost_ShowsEveryLook()
    {
        var budget = new ShownBudget(_time);
        for (var i = 0; i < 3 * ShownBudget.Most; i++)
        {
            Assert.True(budget.TryTake());
            _time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(0, budget.LeftOut);
    }
}

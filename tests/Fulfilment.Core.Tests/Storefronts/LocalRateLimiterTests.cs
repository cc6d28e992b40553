using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Tests.Storefronts;

public sealed class LocalRateLimiterTests
{
    [Fact]
    public void AnyWindow_HoldsAtMostRateTimesTimePlusBurst()
    {
        var gaps = Gen.Choose(0, 400_000).ListOf(300);
        var cases = Gen.Choose(1, 50).SelectMany(rate => gaps.Select(steps => (rate, steps))).ToArbitrary();

        Prop.ForAll(cases, sample =>
        {
            var clock = new Clock();
            var limiter = new LocalRateLimiter(clock);
            var allowed = new List<long>();
            foreach (var microseconds in sample.steps)
            {
                // Most arrive together, a few after a pause.
                clock.Now += microseconds < 300_000 ? microseconds / 100 : microseconds;
                if (limiter.Take(1, sample.rate).Allowed)
                {
                    allowed.Add(clock.Now);
                }
            }

            for (var first = 0; first < allowed.Count; first++)
            {
                for (var last = first; last < allowed.Count; last++)
                {
                    var seconds = (allowed[last] - allowed[first]) / (double)clock.TimestampFrequency;
                    Assert.True(last - first + 1 <= (sample.rate * seconds) + sample.rate + 1e-9, $"{last - first + 1} in {seconds} s at {sample.rate} a second.");
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000_000)]
    public void SteadyCaller_GetsItsWholeRate(int rate)
    {
        var clock = new Clock();
        var limiter = new LocalRateLimiter(clock);
        var interval = (clock.TimestampFrequency + rate - 1) / rate;
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(limiter.Take(1, rate).Allowed);
            clock.Now += interval;
        }
    }

    [Fact]
    public void Refusal_SaysWhenTheNextIsAllowed_AndCostsNothing()
    {
        var clock = new Clock();
        var limiter = new LocalRateLimiter(clock);
        Assert.Equal(new RateDecision(true, 1, 0, 1, 0), limiter.Take(1, 1));

        clock.Now += clock.TimestampFrequency / 4;
        Assert.Equal(new RateDecision(false, 1, 0, 1, 1), limiter.Take(1, 1));
        Assert.False(limiter.Take(1, 1).Allowed);

        clock.Now += clock.TimestampFrequency * 3 / 4;
        Assert.True(limiter.Take(1, 1).Allowed);
    }

    [Fact]
    public void ManyThreads_GetTheBurstAndNoMore()
    {
        var limiter = new LocalRateLimiter(new Clock());
        var allowed = 0;

        Parallel.For(0, 1000, _ =>
        {
            if (limiter.Take(1, 100).Allowed)
            {
                Interlocked.Increment(ref allowed);
            }
        });

        Assert.Equal(100, allowed);
    }

    private sealed class Clock : TimeProvider
    {
        // Close to the end of the range, where a careless difference would overflow.
        public long Now { get; set; } = long.MaxValue / 4;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => Now;
    }
}

using Fulfilment.Core.Webhooks;

namespace Fulfilment.Host.Tests.Webhooks;

/// <summary>API.md: exponential, with jitter, over three days.</summary>
public sealed class RetryScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 15)]
    [InlineData(3, 45)]
    [InlineData(4, 135)]
    [InlineData(8, 10_935)]
    [InlineData(9, 28_800)]
    [InlineData(1_000, 28_800)]
    public void EachPause_IsThreeTimesTheOneBefore_UpToEightHours_AFifthMoreOrLess(int attempts, double seconds)
    {
        Assert.Equal(0.8 * seconds, PauseAfter(attempts, 0), 0.01);
        Assert.Equal(seconds, PauseAfter(attempts, 0.5), 0.01);
        Assert.Equal(1.2 * seconds, PauseAfter(attempts, 0.999_999_9), 0.01);
    }

    [Fact]
    public void TheLast_IsAtTheEndOfThreeDays_AndThereIsNoneAfterIt()
    {
        var (schedule, end) = (new RetrySchedule(new Fixed(0.5)), Start + TimeSpan.FromDays(3));

        Assert.Equal(end, schedule.Next(15, Start, end - TimeSpan.FromHours(7)));
        Assert.Equal(end, schedule.Next(15, Start, end - TimeSpan.FromMilliseconds(1)));
        Assert.Null(schedule.Next(16, Start, end));
    }

    private static double PauseAfter(int attempts, double random) => (new RetrySchedule(new Fixed(random)).Next(attempts, Start, Start)!.Value - Start).TotalSeconds;

    private sealed class Fixed(double value) : Random
    {
        public override double NextDouble() => value;
    }
}

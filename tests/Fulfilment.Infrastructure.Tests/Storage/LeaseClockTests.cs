using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class LeaseClockTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1_999, 0, false)]
    [InlineData(-1_999, 0, false)]
    [InlineData(2_001, 0, true)]
    [InlineData(-2_001, 0, true)]
    [InlineData(2_400, 1_000, false)]
    [InlineData(2_600, 1_000, true)]
    [InlineData(-2_400, 1_000, false)]
    [InlineData(-2_600, 1_000, true)]
    public async Task Node_IsRefused_WhenItsClockIsOff_ByMoreThanTheWayExplains(int aheadMs, int roundTripMs, bool isRefused)
    {
        // The database looks at its clock in the middle of the way.
        var clock = new LeaseClock(
            _ =>
            {
                _time.Stall(TimeSpan.FromMilliseconds(roundTripMs / 2));
                var now = _time.GetUtcNow().ToUnixTimeMilliseconds() - aheadMs;
                _time.Stall(TimeSpan.FromMilliseconds(roundTripMs / 2));
                return Task.FromResult(now);
            },
            _time);

        if (isRefused)
        {
            var refused = await Assert.ThrowsAsync<ClockSkewException>(() => clock.NowMsAsync(null!));
            Assert.Contains(aheadMs > 0 ? "ahead of" : "behind", refused.Message, StringComparison.Ordinal);
        }
        else
        {
            await clock.NowMsAsync(null!);
        }
    }

    [Fact]
    public async Task Lease_GoesByTheDatabase()
    {
        var clock = new LeaseClock(_ => Task.FromResult(_time.GetUtcNow().ToUnixTimeMilliseconds() + 1_500), _time);

        Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds() + 1_500, await clock.NowMsAsync(null!));
    }

    [Fact]
    public async Task DatabaseWithoutAClock_LeavesItToTheNode() =>
        Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds(), await new LeaseClock(null, _time).NowMsAsync(null!));
}

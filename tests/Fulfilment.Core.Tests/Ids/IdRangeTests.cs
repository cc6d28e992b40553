using System.Globalization;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Tests.Ids;

public sealed class IdRangeTests
{
    // A list "to" the year 9999 answered with nothing: the time did not fit into an id and wrapped around.
    [Theory]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("2200-01-01T00:00:00Z")]
    public void FirstAt_OfATimeNoIdCanCarry_LiesBehindAll(string time) => Assert.Equal(long.MaxValue, IdGenerator.FirstAt(At(time)));

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("2023-12-31T23:59:59Z")]
    public void FirstAt_OfATimeBeforeAllIds_LiesBeforeAll(string time) => Assert.Equal(0, IdGenerator.FirstAt(At(time)));

    [Theory]
    [InlineData("2026-03-01T08:00:00.123Z")]
    [InlineData("2093-01-01T00:00:00Z")]
    public void FirstAt_IsTheTimeOfItsId(string time) => Assert.Equal(At(time), IdGenerator.TimeOf(IdGenerator.FirstAt(At(time))));

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;
using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Core.Tests.CardKeys.Import;

public sealed class ExpiryDateTests
{
    [Theory]
    [InlineData("2027-01-31", "2027-01-31")]
    [InlineData("2027-1-3", "2027-01-03")]
    [InlineData("2027/01/31", "2027-01-31")]
    [InlineData("2027/1/31", "2027-01-31")]
    [InlineData("20270131", "2027-01-31")]
    [InlineData("2028-02-29", "2028-02-29")]
    [InlineData("2000-01-01", "2000-01-01")]
    [InlineData("9998-12-31", "9998-12-31")]
    public void Date_IsReadInEachForm(string text, string expected)
    {
        Assert.True(ExpiryDate.TryParse(Encoding.UTF8.GetBytes(text), out var date));
        Assert.Equal(expected, date.ToString("O", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("1999-12-31")]
    [InlineData("9999-01-01")]
    [InlineData("0000-01-01")]
    [InlineData("2027-02-29")]
    [InlineData("2027-13-01")]
    [InlineData("2027-00-01")]
    [InlineData("2027-01-00")]
    [InlineData("2027-01-32")]
    [InlineData("2027-01/31")]
    [InlineData("2027-1-")]
    [InlineData("2027--1-1")]
    [InlineData("2027-001-1")]
    [InlineData("2027-1-001")]
    [InlineData("2027-0131")]
    [InlineData("202701310")]
    [InlineData("2027131")]
    [InlineData("31-01-2027")]
    [InlineData("01/31/2027")]
    [InlineData("2027-01-31T00:00")]
    [InlineData("+2027-1-1")]
    [InlineData("2027-1-+1")]
    [InlineData("２０２７0131")]
    [InlineData("")]
    public void AnythingElse_IsNoDate(string text) => Assert.False(ExpiryDate.TryParse(Encoding.UTF8.GetBytes(text), out _));
}

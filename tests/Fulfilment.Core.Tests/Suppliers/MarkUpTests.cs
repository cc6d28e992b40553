using System.Globalization;
using Fulfilment.Core.Suppliers.Products;

namespace Fulfilment.Core.Tests.Suppliers;

public sealed class MarkUpTests
{
    [Theory]
    [InlineData("10.00", "12.5", "0", "0.01", "0", "11.25")]
    [InlineData("11.55", "10", "0", "0.10", "0", "12.80")]
    [InlineData("10.00", "10", "0.30", "0.50", "0", "11.50")]
    [InlineData("10.00", "1", "0", "0.01", "2.00", "12.00")]
    [InlineData("9.99", "0", "0", "1.00", "0", "10.00")]
    [InlineData("0.0001", "0.0001", "0", "0.0001", "0", "0.0002")]
    [InlineData("100000000", "0", "0", "0.01", "0", "100000000.00")]
    public void Price_IsCostAndMarkUp_RoundedUp(string cost, string percent, string plus, string step, string margin, string price)
    {
        var markUp = new MarkUp(decimal.Parse(percent, CultureInfo.InvariantCulture), Of(plus), Of(step), Of(margin), Automatic: false);

        Assert.Equal(price, markUp.PriceOf(Of(cost)).ToString());
    }

    private static Money Of(string text) => Money.TryParse(text, out var money) ? money : throw new ArgumentException(text);
}

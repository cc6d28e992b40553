using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Fulfilment.Core.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("12.5", 125_000)]
    [InlineData("12.50", 125_000)]
    [InlineData("0.0001", 1)]
    [InlineData("00012.0", 120_000)]
    [InlineData("999999999999.9999", 9_999_999_999_999_999)]
    public void TryParse_ReadsDecimals(string text, long tenThousandths)
    {
        Assert.True(Money.TryParse(text, out var money));
        Assert.Equal(tenThousandths, money.TenThousandths);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.00000")]
    [InlineData("1.23456")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData("1E3")]
    [InlineData("0x10")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,000")]
    [InlineData("1.2.3")]
    [InlineData("1.-2")]
    [InlineData("١٢")]
    [InlineData("１２")]
    [InlineData("NaN")]
    [InlineData("∞")]
    [InlineData("1000000000000")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999999999999999")]
    public void TryParse_RefusesEverythingElse(string text) => Assert.False(Money.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0.00")]
    [InlineData(125_000, "12.50")]
    [InlineData(125_010, "12.501")]
    [InlineData(1, "0.0001")]
    [InlineData(-30_000, "-3.00")]
    [InlineData(-1, "-0.0001")]
    [InlineData(long.MaxValue, "922337203685477.5807")]
    [InlineData(long.MinValue, "-922337203685477.5808")]
    public void ToString_HasTwoToFourPlaces(long tenThousandths, string text) => Assert.Equal(text, new Money(tenThousandths).ToString());

    [Fact]
    public void WhatIsWritten_IsReadBack() => Check.QuickThrowOnFailure(Prop.ForAll(Amounts(0, 9_999_999_999_999_999).ToArbitrary(), amount =>
        Money.TryParse(new Money(amount).ToString(), out var read) && read.TenThousandths == amount));

    [Fact]
    public void WhatIsWritten_IsTheSameNumber() => Check.QuickThrowOnFailure(Prop.ForAll(Amounts(long.MinValue, long.MaxValue).ToArbitrary(), amount =>
    {
        var text = new Money(amount).ToString();
        return decimal.Parse(text, CultureInfo.InvariantCulture) == amount / 10_000m && text.Split('.')[1].Length is >= 2 and <= 4;
    }));

    // Texts of the characters that numbers are made of, most of which are none.
    [Fact]
    public void TryParse_AcceptsExactlyPlainDecimalsOfFourPlaces() => Check.QuickThrowOnFailure(Prop.ForAll(NumberLike().ToArbitrary(), text =>
        Money.TryParse(text, out var money) == System.Text.RegularExpressions.Regex.IsMatch(text, "^[0-9]{1,12}(\\.[0-9]{1,4})?\\z")
        && (money == Money.Zero || decimal.Parse(text, CultureInfo.InvariantCulture) * 10_000m == money.TenThousandths)));

    [Fact]
    public void Arithmetic_IsExact_OrThrows() => Check.QuickThrowOnFailure(Prop.ForAll(Amounts(long.MinValue, long.MaxValue).Two().ToArbitrary(), pair =>
    {
        var (one, other) = (new Money(pair.Item1), new Money(pair.Item2));
        return Is(() => one + other, (Int128)pair.Item1 + pair.Item2)
            && Is(() => one - other, (Int128)pair.Item1 - pair.Item2)
            && Is(() => -one, -(Int128)pair.Item1)
            && Is(() => one * (int)(pair.Item2 % int.MaxValue), (Int128)pair.Item1 * (int)(pair.Item2 % int.MaxValue))
            && (one < other) == (pair.Item1 < pair.Item2)
            && (one >= other) == (pair.Item1 >= pair.Item2)
            && one.CompareTo(other) == pair.Item1.CompareTo(pair.Item2);
    }));

    [Fact]
    public void TheLargestOrder_CanBeSummed()
    {
        var line = Money.Largest * 5_000;
        var sum = Money.Zero;
        for (var i = 0; i < 50; i++)
        {
            sum += line;
        }

        Assert.Equal(25_000_000_000_000m, decimal.Parse(sum.ToString(), CultureInfo.InvariantCulture));
    }

    private static bool Is(Func<Money> compute, Int128 expected)
    {
        try
        {
            return compute().TenThousandths == expected;
        }
        catch (OverflowException)
        {
            return expected > long.MaxValue || expected < long.MinValue;
        }
    }

    // Small amounts, large ones, and those around the ends.
    private static Gen<long> Amounts(long least, long most) => Gen.OneOf(
        Gen.Choose(0, 200_000).Select(amount => (long)amount),
        Gen.Choose(0, int.MaxValue).Two().Select(pair => ((long)pair.Item1 << 32) | (uint)pair.Item2),
        Gen.Choose(0, int.MaxValue).Two().Select(pair => -(((long)pair.Item1 << 32) | (uint)pair.Item2)),
        Gen.Choose(0, 3).Select(distance => long.MaxValue - distance),
        Gen.Choose(0, 3).Select(distance => long.MinValue + distance))
        .Select(amount => Math.Clamp(amount, least, most));

    private static Gen<string> NumberLike() =>
        Gen.Frequency((6, Gen.Choose(0, 9).Select(digit => digit.ToString(CultureInfo.InvariantCulture))), (2, Gen.Constant(".")), (1, Gen.Elements("-", "+", "e", " ", "٣")))
            .ListOf().Select(parts => string.Concat(parts.Take(16)));
}

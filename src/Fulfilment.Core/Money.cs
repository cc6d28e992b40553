using System.Globalization;

namespace Fulfilment.Core;

/// <summary>An amount in ten-thousandths of its currency unit; the currency travels beside it. Never floating point.</summary>
/// <param name="TenThousandths">12.50 is 125,000.</param>
public readonly record struct Money(long TenThousandths) : IComparable<Money>
{
    /// <summary>No money.</summary>
    public static readonly Money Zero;

    /// <summary>The largest amount the API accepts for one price or deposit: 100 million units, so that 50 lines of 5,000 units stay far below 2^63.</summary>
    public static readonly Money Largest = new(100_000_000L * Scale);

    private const int Places = 4;
    private const long Scale = 10_000;

    /// <summary>Reads a decimal with at most four places and no sign, exponent or white space: <c>12.5</c>, <c>0.0001</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Money money)
    {
        money = Zero;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? [] : text[(point + 1)..];
        if (whole.IsEmpty || whole.Length > 12 || fraction.Length > Places || (point >= 0 && fraction.IsEmpty))
        {
            return false;
        }

        if (!TryDigits(whole, out var units) || !TryDigits(fraction, out var part))
        {
            return false;
        }

        for (var i = fraction.Length; i < Places; i++)
        {
            part *= 10;
        }

        money = new Money((units * Scale) + part);
        return true;
    }

    /// <summary>At least two places, at most four: <c>12.50</c>, <c>0.0001</c>, <c>-3.00</c>.</summary>
    public override string ToString()
    {
        var (units, part) = Math.DivRem(TenThousandths, Scale);
        return part % 100 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Sign}{Math.Abs(units)}.{Math.Abs(part / 100):00}")
            : string.Create(CultureInfo.InvariantCulture, $"{Sign}{Math.Abs(units)}.{Math.Abs(part):0000}").TrimEnd('0');
    }

    /// <inheritdoc/>
    public int CompareTo(Money other) => TenThousandths.CompareTo(other.TenThousandths);

    /// <summary>The sum; throws <see cref="OverflowException"/> rather than wrap.</summary>
    public static Money operator +(Money left, Money right) => new(checked(left.TenThousandths + right.TenThousandths));

    /// <summary>The difference; throws <see cref="OverflowException"/> rather than wrap.</summary>
    public static Money operator -(Money left, Money right) => new(checked(left.TenThousandths - right.TenThousandths));

    /// <summary>The same amount with the other sign.</summary>
    public static Money operator -(Money money) => new(checked(-money.TenThousandths));

    /// <summary>So many times the amount; throws <see cref="OverflowException"/> rather than wrap.</summary>
    public static Money operator *(Money money, int count) => new(checked(money.TenThousandths * count));

    /// <summary>Whether the left amount is smaller.</summary>
    public static bool operator <(Money left, Money right) => left.TenThousandths < right.TenThousandths;

    /// <summary>Whether the left amount is larger.</summary>
    public static bool operator >(Money left, Money right) => left.TenThousandths > right.TenThousandths;

    /// <summary>Whether the left amount is not larger.</summary>
    public static bool operator <=(Money left, Money right) => left.TenThousandths <= right.TenThousandths;

    /// <summary>Whether the left amount is not smaller.</summary>
    public static bool operator >=(Money left, Money right) => left.TenThousandths >= right.TenThousandths;

    private string Sign => TenThousandths < 0 ? "-" : "";

    private static bool TryDigits(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            value = (value * 10) + (c - '0');
        }

        return true;
    }
}

using System.Globalization;
using Fulfilment.Core;
using Fulfilment.Suppliers.Declarative.Model;

namespace Fulfilment.Suppliers.Declarative.Messages;

/// <summary>How suppliers write money.</summary>
public static class MoneyFormat
{
    /// <summary>Two places: 12.50.</summary>
    public const string Yuan = "yuan";

    /// <summary>Four places: 12.5000.</summary>
    public const string Yuan4 = "yuan4";

    /// <summary>Hundredths: 1250.</summary>
    public const string Fen = "fen";

    /// <summary>Thousandths: 12500.</summary>
    public const string Li = "li";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Yuan, Yuan4, Fen, Li];

    /// <summary>The amount in that format. What does not fit is rounded down: it is the most we pay.</summary>
    public static string Write(Money money, string format) => format switch
    {
        Yuan4 => (money.TenThousandths / 10_000m).ToString("0.0000", CultureInfo.InvariantCulture),
        Fen => (money.TenThousandths / 100).ToString(CultureInfo.InvariantCulture),
        Li => (money.TenThousandths / 10).ToString(CultureInfo.InvariantCulture),
        _ => (money.TenThousandths / 100 / 100m).ToString("0.00", CultureInfo.InvariantCulture),
    };

    /// <summary>The amount; null when it is none, or finer than we count.</summary>
    public static Money? Read(string text, MoneyUnit unit)
    {
        const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (text.Length > 24 || !decimal.TryParse(text, Plain, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var scale = unit switch
        {
            MoneyUnit.Yuan => 10_000m,
            MoneyUnit.Fen => 100m,
            MoneyUnit.Li => 10m,
        };
        return Math.Abs(number) <= Money.Largest.TenThousandths / scale && number * scale % 1 == 0 ? new Money((long)(number * scale)) : null;
    }
}

namespace Fulfilment.Core.Anomalies;

/// <summary>
/// How far counts are from what is expected, in standard deviations, negative when below: the signed root of the deviance. For large counts it is the usual
/// "difference by standard deviation"; for small ones, whose distribution is lopsided, it stays true where that one cries wolf over five orders instead of one.
/// </summary>
internal static class FlowScore
{
    /// <summary>Of a number of orders.</summary>
    /// <param name="seen">Orders.</param>
    /// <param name="expected">Orders; above zero.</param>
    /// <param name="dispersion">How many times as much as independent arrivals they scatter.</param>
    public static double OfRate(double seen, double expected, double dispersion)
    {
        var deviance = 2 * (Part(seen, expected) - (seen - expected));
        return Math.Sign(seen - expected) * Math.Sqrt(Math.Max(0, deviance) / dispersion);
    }

    /// <summary>Of a number of failures among orders.</summary>
    public static double OfShare(double failed, double orders, double share)
    {
        var deviance = 2 * (Part(failed, orders * share) + Part(orders - failed, orders * (1 - share)));
        return Math.Sign(failed - (orders * share)) * Math.Sqrt(Math.Max(0, deviance));
    }

    private static double Part(double seen, double expected) => seen <= 0 ? 0 : seen * Math.Log(seen / expected);
}

namespace Fulfilment.Core.Tests.Anomalies;

/// <summary>Draws from distributions.</summary>
internal static class Draw
{
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Marsaglia and Tsang's way, scale 1.</summary>
    public static double Gamma(Random random, double shape)
    {
        if (shape < 1)
        {
            return Gamma(random, shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        while (true)
        {
            var x = Normal(random);
            var v = Math.Pow(1 + (x / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    public static int Poisson(Random random, double mean)
    {
        if (mean > 40)
        {
            return Math.Max(0, (int)Math.Round(mean + (Math.Sqrt(mean) * Normal(random))));
        }

        var (count, product, limit) = (0, 1 - random.NextDouble(), Math.Exp(-mean));
        while (product > limit)
        {
            (count, product) = (count + 1, product * (1 - random.NextDouble()));
        }

        return count;
    }
}

/// <summary>A factor that wanders about 1.</summary>
/// <param name="random">What it comes from.</param>
/// <param name="deviation">Of its logarithm.</param>
/// <param name="steps">After so many it has forgotten two thirds of where it was.</param>
internal sealed class Wander(Random random, double deviation, double steps)
{
    private readonly double _keeps = Math.Exp(-1 / steps);
    private double _log = deviation * Draw.Normal(random);

    public double Value => Math.Exp(_log - (deviation * deviation / 2));

    public double Next()
    {
        _log = (_keeps * _log) + (Math.Sqrt(1 - (_keeps * _keeps)) * deviation * Draw.Normal(random));
        return Value;
    }
}

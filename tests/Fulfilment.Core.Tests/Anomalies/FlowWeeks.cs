using Fulfilment.Core.Anomalies;

namespace Fulfilment.Core.Tests.Anomalies;

/// <summary>A storefront that is made up.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Size">What it is called in tables.</param>
/// <param name="PerMinute">Orders a minute, the mean of a week.</param>
public sealed record MadeStorefront(long Id, string Size, double PerMinute);

/// <summary>
/// Weeks of orders that are made up, by minute and pair: nights, weekends, growth, a holiday, campaigns, and arrivals that come in clumps and wander. What is planted
/// changes them from a minute on.
/// </summary>
public sealed class FlowWeeks
{
    public const int MinutesPerWeek = 7 * 24 * 60;

    private const int Step = FlowTime.BucketMinutes;

    // Variance over mean within a minute: buyers who order twice, resellers who order in lots.
    private const double Clumps = 1.6;

    private readonly Random _random;
    private readonly int _count;
    private readonly Dictionary<FlowScope, Minutes> _pairs = [];

    /// <summary>Makes them.</summary>
    /// <param name="random">What they come from.</param>
    /// <param name="storefronts">Who orders.</param>
    /// <param name="weights">What share of each storefront's orders is for which SKU.</param>
    /// <param name="weeks">How many.</param>
    /// <param name="planted">What is wrong.</param>
    /// <param name="holidays">Days, counted from 0, on which all is different, and by what factor.</param>
    public FlowWeeks(
        Random random, IReadOnlyList<MadeStorefront> storefronts, IReadOnlyDictionary<long, double> weights, int weeks, IReadOnlyList<PlantedAnomaly> planted,
        IReadOnlyDictionary<int, double> holidays)
    {
        _random = random;
        _count = weeks * MinutesPerWeek;
        foreach (var storefront in storefronts)
        {
            var own = new Wander(random, 0.08, 60 / Step);
            var growth = 1 + (random.NextDouble() * 0.03);
            var common = new double[weeks * MinutesPerWeek / Step];
            for (var step = 0; step < common.Length; step++)
            {
                common[step] = storefront.PerMinute * ByHour(step * Step) * Holiday(step * Step, holidays) * Math.Pow(growth, (double)step * Step / MinutesPerWeek) * own.Next();
            }

            foreach (var (sku, weight) in weights)
            {
                var pair = new FlowScope(storefront.Id, sku);
                Fill(pair, common, weight, [.. planted.Where(anomaly => anomaly.Scope.Contains(pair))]);
            }
        }
    }

    /// <summary>What is known of a minute at the end of another.</summary>
    public Dictionary<FlowScope, FlowCounts> Known(int minute, int at) => Select(minutes => new FlowCounts(
        minutes.Orders[minute],
        minutes.Failed[minute] - (at - minute < 2 ? minutes.FailedLater[minute] : 0) - (at == minute ? minutes.FailedNext[minute] : 0)));

    /// <summary>Five minutes, by pair.</summary>
    public Dictionary<FlowScope, FlowCounts> Bucket(int first) => Select(minutes => new FlowCounts(
        minutes.Orders.AsSpan(first, FlowTime.BucketMinutes).ToArray().Sum(),
        minutes.Failed.AsSpan(first, FlowTime.BucketMinutes).ToArray().Sum()));

    private Dictionary<FlowScope, FlowCounts> Select(Func<Minutes, FlowCounts> count)
    {
        var counts = new Dictionary<FlowScope, FlowCounts>();
        foreach (var (pair, minutes) in _pairs)
        {
            if (count(minutes) is { Orders: > 0 } some)
            {
                counts.Add(pair, some);
            }
        }

        return counts;
    }

    // A shop's week: asleep from two to six, a hump at noon, a larger one in the evening, and more at the weekend.
    private static double ByHour(double minute)
    {
        var clock = minute / 60 % 24;
        var hour = clock < 4 ? clock + 24 : clock;
        var day = (int)(minute / 60 / 24 % 7);
        var awake = 1 / (1 + Math.Exp(-(hour - 8) * 1.3));
        var late = 1 / (1 + Math.Exp((hour - 24) * 1.2));
        var shape = 0.08 + (awake * late * (0.9 + (0.5 * Hump(hour, 12.5, 1.5)) + (0.8 * Hump(hour, 20.5, 2))));
        return shape * (day >= 5 ? 1.15 : 0.95);
    }

    private static double Hump(double hour, double at, double width) => Math.Exp(-Math.Pow((hour - at) / width, 2));

    // It comes and goes within two hours of the morning and the night.
    private static double Holiday(int minute, IReadOnlyDictionary<int, double> holidays) =>
        holidays.TryGetValue(minute / (24 * 60), out var factor) ? 1 + ((factor - 1) * Ramp(minute % (24 * 60), 6 * 60, 24 * 60, 120)) : 1;

    private static double Ramp(double at, double from, double to, double over) => Math.Clamp(Math.Min(at - from, to - at) / over, 0, 1);

    private void Fill(FlowScope pair, double[] common, double weight, List<PlantedAnomaly> planted)
    {
        var (wander, failing) = (new Wander(_random, 0.08, 60 / Step), new Wander(_random, 0.5, 180 / Step));
        var (promoFrom, promoTo, promo) = NextPromo(0);
        var minutes = new Minutes(new int[_count], new int[_count], new int[_count], new int[_count]);
        _pairs.Add(pair, minutes);
        for (var minute = 0; minute < _count; minute++)
        {
            if (minute % Step == 0)
            {
                wander.Next();
                failing.Next();
            }

            if (minute > promoTo)
            {
                (promoFrom, promoTo, promo) = NextPromo(minute);
            }

            var rate = common[minute / Step] * weight * wander.Value * (1 + ((promo - 1) * Ramp(minute, promoFrom, promoTo, 10)));
            var share = Math.Min(0.5, 0.01 * failing.Value);
            foreach (var anomaly in planted)
            {
                (rate, share) = anomaly.Change(minute, rate, share);
            }

            minutes.Orders[minute] = Arrivals(rate);
            Fail(minutes, minute, share);
        }
    }

    // A SKU is pushed about twice a week, for one to three hours.
    private (double From, double To, double Factor) NextPromo(int after)
    {
        var from = after - (Math.Log(1 - _random.NextDouble()) * MinutesPerWeek / 2);
        return (from, from + 60 + (_random.NextDouble() * 120), 1.2 + (_random.NextDouble() * 0.4));
    }

    private void Fail(Minutes minutes, int minute, double share)
    {
        var failed = Math.Min(minutes.Orders[minute], Draw.Poisson(_random, minutes.Orders[minute] * share));
        minutes.Failed[minute] = failed;
        for (var i = 0; i < failed; i++)
        {
            var delay = _random.NextDouble();
            minutes.FailedNext[minute] += delay is >= 0.4 and < 0.9 ? 1 : 0;
            minutes.FailedLater[minute] += delay >= 0.9 ? 1 : 0;
        }
    }

    // Negative binomial: Poisson whose rate is itself drawn, so that the variance is so many times the mean.
    private int Arrivals(double rate) => rate <= 0 ? 0 : Draw.Poisson(_random, Draw.Gamma(_random, rate / (Clumps - 1)) * (Clumps - 1));

    // Failures are known later than their order: some a minute later, some two.
    private sealed record Minutes(int[] Orders, int[] Failed, int[] FailedNext, int[] FailedLater);
}

using Fulfilment.Core.Anomalies;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Tests.Anomalies;

/// <summary>What the detector says of three storefronts with two SKUs each that sell the same every minute, but for what a test changes.</summary>
public sealed class FlowDetectorTests
{
    private const long Bucket = 200_000;

    public static TheoryData<long, long> Scopes => new() { { 2, 1 }, { 2, 0 }, { 0, 1 }, { 0, 0 } };

    [Theory]
    [MemberData(nameof(Scopes))]
    public void OneCause_IsOneIncident_OfItsOwnScope(long storefront, long sku)
    {
        var scope = new FlowScope(storefront, sku);

        Assert.Equal([(FlowAnomalyKind.Drop, scope)], Find(scope, counts => counts with { Orders = 0 }));
        Assert.Equal([(FlowAnomalyKind.Surge, scope)], Find(scope, counts => counts with { Orders = counts.Orders * 4 }));
        Assert.Equal([(FlowAnomalyKind.Failures, scope)], Find(scope, counts => counts with { Failed = counts.Orders }));
        Assert.Empty(Find(scope, counts => counts));
    }

    [Fact]
    public void TwoCauses_AreTwoIncidents()
    {
        var found = Find(new FlowScope(1, 1), counts => counts with { Orders = 0 }, new FlowScope(3, 2), counts => counts with { Orders = counts.Orders * 8 });

        Assert.Equal([(FlowAnomalyKind.Surge, new FlowScope(3, 2)), (FlowAnomalyKind.Drop, new FlowScope(1, 1))], found);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    public void BeforeThereAreEnoughWeeks_NothingIsSaid(int weeks, int expected) =>
        Assert.Equal(expected, Find(new FlowScope(2, 1), counts => counts with { Orders = 0 }, weeks: weeks).Count);

    [Fact]
    public void TooFewOrders_AreNotJudged()
    {
        Assert.Empty(Find(FlowScope.All, counts => counts with { Orders = 0 }, perMinute: 1, options: new FlowWatchOptions(MinimumOrders: 121)));
        Assert.Single(Find(FlowScope.All, counts => counts with { Orders = 0 }, perMinute: 1, options: new FlowWatchOptions(MinimumOrders: 120)));
    }

    [Theory]
    [InlineData(FlowAnomalyKind.Drop, 1, 0)]
    [InlineData(FlowAnomalyKind.Failures, 0, 12)]
    public void Keys_AreReadAsTheyAreWritten(FlowAnomalyKind kind, long storefront, long sku)
    {
        var scope = new FlowScope(storefront, sku);

        Assert.Equal((kind, scope), DescribeFlow.ParseKey(DescribeFlow.KeyOf(kind, scope)));
        Assert.Null(DescribeFlow.ParseKey("flow:Else:1:2"));
    }

    private static List<(FlowAnomalyKind, FlowScope)> Find(
        FlowScope scope, Func<FlowCounts, FlowCounts> change, FlowScope? other = null, Func<FlowCounts, FlowCounts>? otherChange = null, int weeks = 6, int perMinute = 20,
        FlowWatchOptions? options = null)
    {
        var detector = new FlowDetector(options ?? new FlowWatchOptions(), new BusinessCalendar(TimeProvider.System, TimeZoneInfo.Utc));
        var usual = Pairs(new FlowCounts(perMinute, 0));
        var none = Pairs(default);
        var changed = usual.ToDictionary(
            pair => pair.Key, pair => scope.Contains(pair.Key) ? change(pair.Value) : other?.Contains(pair.Key) == true ? otherChange!(pair.Value) : pair.Value);
        var bucket = Pairs(new FlowCounts(perMinute * FlowTime.BucketMinutes, 0));

        detector.MoveTo(Bucket, bucket, earlier => earlier > Bucket - (weeks * FlowTime.BucketsPerWeek) - 100 ? bucket : none);
        detector.Judge((Bucket * FlowTime.BucketMinutes) + 4, _ => changed);
        return [.. detector.Incidents.Select(incident => (incident.Kind, incident.Scope))];
    }

    private static Dictionary<FlowScope, FlowCounts> Pairs(FlowCounts counts) =>
        (from storefront in Enumerable.Range(1, 3) from sku in Enumerable.Range(1, 2) select new FlowScope(storefront, sku)).ToDictionary(pair => pair, _ => counts);
}

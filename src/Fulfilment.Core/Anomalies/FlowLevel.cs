namespace Fulfilment.Core.Anomalies;

/// <summary>
/// How the last hours compare with the pattern: a holiday, a campaign or growth moves all of them. Orders of some hours, weighted so that half an hour ago counts a
/// third, over what the pattern says. Buckets that are themselves unusual do not move it, or an outage would soon be usual; after six hours they do.
/// </summary>
/// <param name="wider">Of the orders that these are a part of; null: of none.</param>
internal sealed class FlowLevel(FlowLevel? wider)
{
    private const double Kept = 0.85;

    // So many orders speak for the level of what these are a part of: on a holiday all SKUs of a storefront go together, and a rare one has too few orders to tell.
    private const double Prior = 30;

    private const double Lowest = 0.5, Highest = 2;

    private const double Unusual = 3.5;

    /// <summary>So many unusual buckets in a row are usual.</summary>
    public const int GivesInAfter = 6 * 60 / FlowTime.BucketMinutes;

    private double _seen;
    private double _expected;
    private int _passedBy;

    public double Value => Math.Clamp((_seen + (Prior * (wider?.Value ?? 1))) / (_expected + Prior), Lowest, Highest);

    /// <summary>Takes a bucket into account that is over.</summary>
    public void Follow(FlowUsual? usual, long orders)
    {
        if (usual is null)
        {
            (_seen, _expected, _passedBy) = (0, 0, 0);
            return;
        }

        var expected = Math.Max(0.1, usual.Orders * Value);
        var isUnusual = (orders < 0.75 * expected || orders > 1.5 * expected) && Math.Abs(FlowScore.OfRate(orders, expected, usual.Dispersion)) > Unusual;
        if (isUnusual && ++_passedBy < GivesInAfter)
        {
            return;
        }

        if (_passedBy >= GivesInAfter)
        {
            (_seen, _expected) = (0, 0);
        }

        _passedBy = 0;
        (_seen, _expected) = ((Kept * _seen) + orders, (Kept * _expected) + usual.Orders);
    }
}

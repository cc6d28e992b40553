namespace Fulfilment.Core.Anomalies;

/// <summary>Which orders: those of a storefront, of a SKU, of both, or all.</summary>
/// <param name="StorefrontId">The storefront; 0: any.</param>
/// <param name="SkuId">The SKU; 0: any.</param>
public readonly record struct FlowScope(long StorefrontId, long SkuId)
{
    /// <summary>All orders.</summary>
    public static readonly FlowScope All;

    /// <summary>Whether it is one SKU at one storefront.</summary>
    public bool IsPair => StorefrontId != 0 && SkuId != 0;

    /// <summary>Whether the orders of a pair, or of another scope, are all among these.</summary>
    public bool Contains(FlowScope other) => (StorefrontId == 0 || StorefrontId == other.StorefrontId) && (SkuId == 0 || SkuId == other.SkuId);

    /// <summary>Whether some pair can be in both.</summary>
    public bool Meets(FlowScope other) =>
        (StorefrontId == 0 || other.StorefrontId == 0 || StorefrontId == other.StorefrontId) && (SkuId == 0 || other.SkuId == 0 || SkuId == other.SkuId);
}

/// <summary>What is counted of a pair's orders; an order with several SKUs counts at each.</summary>
/// <param name="Orders">How many were placed.</param>
/// <param name="Failed">In how many of those a unit has failed by now.</param>
public readonly record struct FlowCounts(long Orders, long Failed)
{
    /// <summary>Both together.</summary>
    public static FlowCounts operator +(FlowCounts a, FlowCounts b) => new(a.Orders + b.Orders, a.Failed + b.Failed);

    /// <summary>The first without the second, which is a part of it.</summary>
    public static FlowCounts operator -(FlowCounts a, FlowCounts b) => new(a.Orders - b.Orders, a.Failed - b.Failed);
}

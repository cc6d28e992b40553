namespace Fulfilment.Core.Anomalies;

/// <summary>When order flow is unusual.</summary>
/// <param name="Weeks">So many weeks make the pattern.</param>
/// <param name="WarmUpWeeks">Fewer weeks with orders around this hour make none.</param>
/// <param name="MinimumOrders">Fewer orders, usual or seen, are never judged; of the share that fails, half as many are.</param>
/// <param name="Score">How far from usual is unusual, in standard deviations.</param>
public sealed record FlowWatchOptions(int Weeks = 6, int WarmUpWeeks = 3, int MinimumOrders = 20, double Score = 5.3)
{
    /// <summary>More weeks are not kept.</summary>
    public const int MostWeeks = 26;

    /// <summary>The minutes that are looked at together. The short ones see what is large at once, the long one what is small.</summary>
    internal static readonly int[] Windows = [3, 4, 5, 10, 20];

    /// <summary>Minutes that have to be at hand.</summary>
    internal const int RecentMinutes = 20;
}

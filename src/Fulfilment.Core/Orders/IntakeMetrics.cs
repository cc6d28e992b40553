using System.Diagnostics.Metrics;

namespace Fulfilment.Core.Orders;

/// <summary>The parts of an intake transaction, for measuring.</summary>
public enum IntakeStage
{
    /// <summary>References, wallets and the custody root are read.</summary>
    Read,

    /// <summary>Card keys are given to claims.</summary>
    Claim,

    /// <summary>Rows are made: custody seals and transfers.</summary>
    Decide,

    /// <summary>Rows are written.</summary>
    Write,

    /// <summary>The log reaches the disk.</summary>
    Commit,
}

/// <summary>Where the writer's time goes: <c>fulfilment.intake.*</c> on the meter <c>Fulfilment</c>.</summary>
public static class IntakeMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Fulfilment";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<double> StageSeconds = Meter.CreateCounter<double>("fulfilment.intake.stage.time", "s", "Time of the intake transaction's parts.");
    private static readonly Counter<long> Orders = Meter.CreateCounter<long>("fulfilment.intake.orders", "{order}", "Orders accepted.");
    private static readonly Histogram<int> GroupSize = Meter.CreateHistogram<int>("fulfilment.intake.group.size", "{draft}", "Drafts decided by one transaction.");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("fulfilment.intake.overloaded", "{draft}", "Drafts not admitted because the queue was full.");

    private static readonly Counter<long> Repeated = Meter.CreateCounter<long>("fulfilment.intake.repeated", "{group}", "Groups repeated because other work got in their way.");

    private static readonly Counter<long> Gone = Meter.CreateCounter<long>("fulfilment.pool.gone", "{key}", "Card keys that the pool offered and that were gone.");
    private static readonly Counter<long> FromTable = Meter.CreateCounter<long>("fulfilment.pool.missed", "{key}", "Card keys that the pool did not offer and the table had.");

    private static readonly KeyValuePair<string, object?>[] StageTags =
        [.. Enum.GetValues<IntakeStage>().Select(stage => new KeyValuePair<string, object?>("stage", stage.ToString()))];

    internal static void CountOrders(int count) => Orders.Add(count);

    internal static void CountGroup(int drafts) => GroupSize.Record(drafts);

    internal static void CountDrift(int gone, int fromTable)
    {
        if (gone > 0)
        {
            Gone.Add(gone);
        }

        if (fromTable > 0)
        {
            FromTable.Add(fromTable);
        }
    }

    internal static void CountRepeated() => Repeated.Add(1);

    internal static void CountOverloaded() => Refused.Add(1);

    internal static void Count(IntakeStage stage, TimeSpan elapsed) => StageSeconds.Add(elapsed.TotalSeconds, StageTags[(int)stage]);

    internal static Laps Start(TimeProvider time) => new(time, time.GetTimestamp());

    // A stopwatch whose every lap counts for a stage.
    internal struct Laps(TimeProvider time, long last)
    {
        public void Lap(IntakeStage stage)
        {
            var now = time.GetTimestamp();
            Count(stage, time.GetElapsedTime(last, now));
            last = now;
        }
    }
}

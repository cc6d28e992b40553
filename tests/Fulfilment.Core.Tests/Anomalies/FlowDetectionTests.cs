using System.Globalization;
using Fulfilment.Core.Anomalies;

namespace Fulfilment.Core.Tests.Anomalies;

/// <summary>
/// Finds what is planted in made weeks, and little else. docs/decisions/0034 has the table of a long run: FULFILMENT_FLOW_TRIALS=10 makes one of ten trials of two
/// weeks, FULFILMENT_SEED another than the usual.
/// </summary>
public sealed class FlowDetectionTests(ITestOutputHelper output)
{
    [Fact]
    public void WhatIsPlanted_IsFoundWithinFiveMinutes_AndFalseAlarmsAreRare()
    {
        var trials = Number("FULFILMENT_FLOW_TRIALS", 0);
        var seed = Number("FULFILMENT_SEED", 2026);
        output.WriteLine($"Seed {seed}.");

        var table = trials == 0
            ? FlowTrial.Run(seed, weeks: 1, new FlowWatchOptions())
            : Enumerable.Range(0, trials).Select(trial => FlowTrial.Run(seed + (2 * trial), weeks: 2, new FlowWatchOptions())).Aggregate((sum, one) => sum + one);

        output.WriteLine(table.ToString());
        Assert.True(table.FoundInTime >= 0.95, $"Only {table.FoundInTime:P1} were found in time.");
        Assert.True(table.FalseAlarmsAWeek <= 1, $"There were {table.FalseAlarmsAWeek:0.00} false alarms a storefront and week.");
    }

    private static int Number(string name, int normal) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : normal;
}

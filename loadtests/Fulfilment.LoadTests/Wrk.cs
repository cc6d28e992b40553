using System.Diagnostics;
using System.Globalization;

namespace Fulfilment.LoadTests;

/// <summary>What one run of wrk measured.</summary>
/// <param name="Requests">Answers received.</param>
/// <param name="PerSecond">Of them, in a second.</param>
/// <param name="Refused">Answers of status 400 and above.</param>
/// <param name="Broken">Connections refused, broken or timed out.</param>
/// <param name="P50">Median latency in milliseconds.</param>
/// <param name="P99">99th percentile of latency in milliseconds.</param>
internal sealed record WrkResult(long Requests, double PerSecond, long Refused, long Broken, double P50, double P99);

/// <summary>Drives wrk with the order script.</summary>
internal static class Wrk
{
    private const int Threads = 2;

    private static int _run;

    /// <param name="url">Where to post orders.</param>
    /// <param name="key">The storefront's key; null: none.</param>
    /// <param name="load">How hard, how long.</param>
    public static async Task<WrkResult> RunAsync(Uri url, string? key, Load load)
    {
        // References are kept for ever, so every run numbers its own.
        var prefix = string.Create(CultureInfo.InvariantCulture, $"B{Environment.ProcessId}R{++_run}");
        var pause = load.PerSecond is { } rate ? (1000.0 * load.Connections / rate).ToString("F1", CultureInfo.InvariantCulture) : "0";
        var every = load is { IsSteady: true, PerSecond: { } steady } ? (1000.0 * Threads / steady).ToString("F4", CultureInfo.InvariantCulture) : "0";
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            $"-t{Threads}", $"-c{load.Connections}", $"-d{load.Seconds}s", "--timeout", "10s", "-s", Path.Combine(AppContext.BaseDirectory, "orders.lua"),
            "-H", "Content-Type: application/json", .. key is null ? (string[])[] : ["-H", $"Authorization: Bearer {key}"],
            url.ToString(), Bench.Sku, prefix, pause, every,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["BENCH_PAUSE_MS"] = pause;
        using var wrk = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
        var errors = wrk.StandardError.ReadToEndAsync();
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        return Parse(output) ?? throw new InvalidOperationException($"wrk said: {output}{await errors}");
    }

    private static WrkResult? Parse(string output)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal));
        if (line is null)
        {
            return null;
        }

        var numbers = line.Split(' ').Skip(1).Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new WrkResult(numbers[0], numbers[0] / (numbers[1] / 1e6), numbers[2], numbers[3], numbers[4] / 1e3, numbers[5] / 1e3);
    }
}

/// <summary>How hard to drive.</summary>
/// <param name="Connections">Held open at once.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="PerSecond">About how many requests a second; null: as many as are answered.</param>
/// <param name="IsSteady">Whether the rate holds however long answers take; else a connection's pauses are on top of them, and less comes.</param>
internal sealed record Load(int Connections, int Seconds, double? PerSecond = null, bool IsSteady = false);

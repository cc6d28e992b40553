using System.Globalization;

namespace Fulfilment.Host.Conformance;

/// <summary>Plays everything at a storefront, one check after the other, and tells what came of each.</summary>
internal static class ConformanceRun
{
    /// <exception cref="SetupException">The played order API cannot listen where it was told to.</exception>
    public static async Task<IReadOnlyList<CheckResult>> RunAsync(ConformanceOptions options, TimeProvider time, Func<CheckResult, Task> tell, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = options.Patience + TimeSpan.FromSeconds(10) };
        var results = new List<CheckResult>();
        await RunAsync("webhook: ", new WebhookChecks(options, new WebhookPlayer(options, client, time), new ShopState(options, client)).All);
        if (options.OrderUrl is not null)
        {
            await using var stage = await OrderStage.StartAsync(options, time);
            await RunAsync("order: ", new OrderChecks(options, stage, client, time).All);
        }

        return results;

        async Task RunAsync(string prefix, IReadOnlyList<Check> checks)
        {
            foreach (var check in checks)
            {
                cancellation.ThrowIfCancellationRequested();
                var result = new CheckResult(prefix + check.Name, await check.RunAsync(), check.ToDo);
                results.Add(result);
                await tell(result);
            }
        }
    }

    /// <summary>One result as the table shows it.</summary>
    public static string Describe(CheckResult result) => result.Passed
        ? $"passed  {result.Name}"
        : $"FAILED  {result.Name}{Environment.NewLine}        {result.Wrong}{Environment.NewLine}        {result.ToDo}";

    /// <summary>The last line of the table.</summary>
    public static string Summarise(IReadOnlyList<CheckResult> results) => string.Create(
        CultureInfo.InvariantCulture, $"{results.Count(result => result.Passed)} passed, {results.Count(result => !result.Passed)} failed");
}

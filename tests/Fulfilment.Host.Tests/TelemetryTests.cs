using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Host.Tests;

public sealed class TelemetryTests
{
    private const string Secret = "13800000000";

    [Fact]
    public async Task WithoutACollector_NothingIsTracedOrLoggedPerRequest()
    {
        Activity? seen = null;
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Endpoints = app => app.MapGet("/test/activity", () => (seen = Activity.Current) is null ? "none" : "some"),
        });
        var before = host.Log.Lines.Count;

        using var answer = await host.GetAsync($"/test/activity?recipient={Secret}", Secret);
        using var missing = await host.GetAsync("/v1/orders/ord_0000000000001", Secret);
        using var refused = await host.PostAsync("/v1/orders", TestHost.OperatorKey, $$"""{"recipient":"{{Secret}}"}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, missing.StatusCode);
        Assert.False(refused.IsSuccessStatusCode);
        Assert.Null(seen);
        Assert.DoesNotContain(host.Services.GetServices<IHostedService>(), service => service is Telemetry);
        var logged = host.Log.Lines.Skip(before).Where(line => line.Level >= LogLevel.Information).ToList();
        Assert.Empty(logged);
        Assert.DoesNotContain(Secret, host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_HoldsNeitherQueryNorKeyNorBody()
    {
        var tags = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => tags.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
        await using (var host = await TestHost.StartAsync(new TestHostOptions { Settings = new() { ["Otlp:Endpoint"] = "http://127.0.0.1:9" } }))
        {
            using var answer = await host.PostAsync($"/v1/orders?clientReference={Secret}", Secret, $$"""{"recipient":"{{Secret}}"}""");

            var problem = await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
            Assert.Matches("^[0-9a-f]{32}$", problem.GetProperty("traceId").GetString()!);
        }

        // The span ends after the answer has gone out, and before the host has stopped.
        Assert.Contains(tags, tag => tag.Contains("/v1/orders", StringComparison.Ordinal));
        Assert.DoesNotContain(tags, tag => tag.Contains(Secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Otlp:Endpoint")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public async Task WithACollector_TelemetryRuns(string setting)
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Settings = new() { [setting] = "http://127.0.0.1:9" } });

        Assert.Contains(host.Services.GetServices<IHostedService>(), service => service is Telemetry);
    }

    [Fact]
    public async Task CollectorThatIsNoAddress_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions { Settings = new() { ["Otlp:Endpoint"] = "collector" } }));

        Assert.Contains("http://collector:4317", refused.Message, StringComparison.Ordinal);
    }
}

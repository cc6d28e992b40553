using System.Diagnostics.Metrics;
using System.Globalization;
using Fulfilment.Core.Orders;
using Fulfilment.Host;
using Fulfilment.Host.Api.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fulfilment.LoadTests.Servers;

/// <summary>The host as it is shipped, with two endpoints more: one that only parses an order, and one that tells where the writer's time went.</summary>
internal static class EngineServer
{
    public static async Task RunAsync(string folder, string port)
    {
        var builder = FulfilmentApp.CreateBuilder();
        builder.Configuration["Storage:Path"] = folder;
        builder.Configuration["Urls"] = $"http://127.0.0.1:{port}";
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        using var stages = new StageTimes();
        await using var app = await FulfilmentApp.BuildAsync(builder, app =>
        {
            app.MapPost("/bench/parse", Parse);
            app.MapGet("/bench/stages", () => string.Join('\n', stages.Snapshot().Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}"))));
        });
        await app.StartAsync();
        Console.WriteLine("READY");
        await app.WaitForShutdownAsync();
    }

    // As many bytes as the answer to the same order with its code.
    private static readonly byte[] Answer = new byte[Bench.AnswerBytes];

    private static async Task Parse(HttpContext http)
    {
        var body = await JsonBody<OrderRequest>.BindAsync(http);
        http.Response.StatusCode = body!.Refusal is null ? StatusCodes.Status201Created : StatusCodes.Status400BadRequest;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = Answer.Length;
        await http.Response.BodyWriter.WriteAsync(Answer);
    }

    // Adds up the engine's own metrics.
    private sealed class StageTimes : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, double> _sums = [];

        public StageTimes()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == IntakeMetrics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(tags.Length > 0 ? (string)tags[0].Value! : instrument.Name, value));
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
            _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument.Name + ".groups", 1));
            _listener.Start();
        }

        public Dictionary<string, double> Snapshot()
        {
            lock (_sums)
            {
                return new Dictionary<string, double>(_sums);
            }
        }

        public void Dispose() => _listener.Dispose();

        private void Add(string name, double value)
        {
            lock (_sums)
            {
                _sums[name] = _sums.GetValueOrDefault(name) + value;
            }
        }
    }
}

using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Fulfilment.LoadTests.Servers;

namespace Fulfilment.LoadTests.Scenarios;

/// <summary>Orders so many units a second of what a supplier issues, until it is stopped.</summary>
internal sealed class SupplyFeeder : IAsyncDisposable
{
    private const int UnitsPerOrder = 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly ServerProcess _engine;
    private readonly string _key;
    private readonly string _prefix;
    private readonly Task _feeding;
    private long _units;

    public SupplyFeeder(ServerProcess engine, string key, string prefix, int unitsPerSecond)
    {
        (_engine, _key, _prefix) = (engine, key, prefix);
        _feeding = Task.Run(() => FeedAsync(unitsPerSecond));
    }

    /// <summary>Units of orders that were accepted.</summary>
    public long Units => Interlocked.Read(ref _units);

    /// <summary>Orders no more; what was posted is answered.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _feeding;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task FeedAsync(int unitsPerSecond)
    {
        var (began, orders, under) = (Stopwatch.GetTimestamp(), 0L, new List<Task>());
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!_stop.IsCancellationRequested)
        {
            // By the clock and not by the tick, so that a late tick makes up for itself.
            var due = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * unitsPerSecond / UnitsPerOrder);
            for (; orders < due; orders++)
            {
                under.Add(OrderAsync(orders));
            }

            under.RemoveAll(task => task.IsCompletedSuccessfully);
            await tick.WaitForNextTickAsync(CancellationToken.None);
        }

        await Task.WhenAll(under);
    }

    private async Task OrderAsync(long number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/orders")
        {
            Content = new StringContent(
                $$"""{"clientReference":"{{_prefix}}-{{number}}","currency":"CNY","lines":[{"sku":"{{SupplyScenario.Sku}}","quantity":{{UnitsPerOrder}},"recipient":"13800000000"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        using var answer = await _engine.Client.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"An order was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }

        Interlocked.Add(ref _units, UnitsPerOrder);
    }
}

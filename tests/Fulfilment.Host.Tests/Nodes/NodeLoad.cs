using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Nodes;

/// <summary>
/// Buyers at both nodes. One order in five goes to both at once and one in ten is repeated at the other node, as impatient shops do; whatever was
/// answered is kept, to be asked for again.
/// </summary>
internal sealed class NodeLoad(TwoNodes nodes, int seed) : IAsyncDisposable
{
    private const int Buyers = 8;

    // Each orders when its time has come and its last order is answered: a load that leaves the cores some room, so that the slowest answer says something.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(60);

    private readonly ConcurrentDictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _created = new(StringComparer.Ordinal);
    private CancellationTokenSource _stop = new();
    private Task _buyers = Task.CompletedTask;
    private int _orders;
    private volatile LoadCount _now = new();

    /// <summary>References of acknowledged orders, with the answer to each.</summary>
    public IReadOnlyDictionary<string, string> Acknowledged => _answers;

    /// <summary>From now on.</summary>
    public LoadCount Count() => _now = new LoadCount();

    /// <summary>May be called again after <see cref="StopAsync"/>.</summary>
    public LoadCount Start()
    {
        var (first, stop) = (Count(), _stop.Token);
        _buyers = Task.WhenAll(Enumerable.Range(0, Buyers).Select(buyer => Task.Run(() => BuyAsync(new Random(seed + buyer + _orders), stop))));
        return first;
    }

    /// <summary>Lets every buyer have the answer it waits for.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _buyers;
        _stop.Dispose();
        _stop = new CancellationTokenSource();
    }

    /// <summary>Fails with what a buyer met that must not be.</summary>
    public void AssertGoesOn() => Assert.False(_buyers.IsCompleted, $"The buyers stopped: {_buyers.Exception}");

    /// <summary>Asks for every acknowledged order again, at both nodes in turn: it is there, with the same codes, and no code is in two of them.</summary>
    public async Task AssertAllKeptAsync()
    {
        var next = 0;
        await Parallel.ForEachAsync(_answers, new ParallelOptions { MaxDegreeOfParallelism = Buyers, CancellationToken = TestContext.Current.CancellationToken }, async (order, _) =>
        {
            var (status, body) = await PostAsync(nodes.Hosts[Interlocked.Increment(ref next) % 2], order.Key);
            Assert.True(status == HttpStatusCode.OK && body == order.Value, $"seed {seed}: {order.Key} was {order.Value} and is {(int)status} {body}");
        });
        Assert.All(_created, order => Assert.True(order.Value == 1, $"seed {seed}: {order.Key} was made {order.Value} times"));

        var codes = _answers.Values.SelectMany(Codes).ToList();
        Assert.True(codes.Count == codes.Distinct(StringComparer.Ordinal).Count(), $"seed {seed}: a code was answered twice");
        Assert.Equal(codes.Count, await nodes.ScalarAsync<long>("SELECT count(*) FROM units AS u JOIN orders AS o ON o.id = u.order_id WHERE o.client_reference LIKE 'B%'"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_buyers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task BuyAsync(Random random, CancellationToken stop)
    {
        using var pace = new PeriodicTimer(Pace);
        while (!stop.IsCancellationRequested)
        {
            var reference = $"B{Interlocked.Increment(ref _orders)}-{random.Next(1, 4)}";
            var (one, other) = random.Next(2) == 0 ? (nodes.A, nodes.B) : (nodes.B, nodes.A);
            switch (random.Next(10))
            {
                case < 2:
                    await Task.WhenAll(PlaceAsync(one, reference), PlaceAsync(other, reference));
                    break;
                case 2:
                    await PlaceAsync(one, reference);
                    await PlaceAsync(other, reference);
                    break;
                default:
                    await PlaceAsync(one, reference);
                    break;
            }

            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task PlaceAsync(HostProcess host, string reference)
    {
        var (count, sentAt) = (_now, Stopwatch.GetTimestamp());
        try
        {
            var (status, body) = await PostAsync(host, reference);
            if (status is HttpStatusCode.Created or HttpStatusCode.OK)
            {
                Acknowledge(count, reference, status, body);
            }
            else
            {
                count.Errors.Enqueue($"{reference}: {(int)status} {body}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            count.Errors.Enqueue($"{reference}: {exception.Message}");
        }

        count.CountAnswer(sentAt);
    }

    private void Acknowledge(LoadCount count, string reference, HttpStatusCode status, string body)
    {
        var first = _answers.GetOrAdd(reference, body);
        Assert.True(first == body, $"seed {seed}: {reference} was answered as {first} and as {body}");
        if (status == HttpStatusCode.Created)
        {
            _created.AddOrUpdate(reference, 1, (_, before) => before + 1);
            if (ReferenceEquals(count, _now))
            {
                count.CountAccepted();
            }
        }
    }

    // The reference says what is ordered: its last digit is the number of units.
    private async Task<(HttpStatusCode Status, string Body)> PostAsync(HostProcess host, string reference)
    {
        using var answer = await nodes.OrderAsync(host, reference, (TwoNodes.Sku, reference[^1] - '0'));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static IEnumerable<string> Codes(string order)
    {
        using var body = JsonDocument.Parse(order);
        return [.. body.RootElement.GetProperty("lines")[0].GetProperty("units").EnumerateArray().Select(unit => unit.GetProperty("code").GetProperty("secret").GetString()!)];
    }
}

using System.Collections.Concurrent;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fulfilment.Infrastructure.Pool.Redis;

/// <summary>
/// The pool of all nodes: windows in Redis, popped for a whole group in one call. What Redis does not answer in time is taken from the table; what it
/// answers after that is put back. Nothing in it is needed, and nothing in it is secret.
/// </summary>
public sealed partial class RedisCardKeyPool : ICardKeyPool, IWatchedPool, IAsyncDisposable
{
    private readonly RedisBreaker _breaker;
    private readonly RedisPoolOptions _options;
    private readonly ICardKeyWindowReader _reader;
    private readonly ILogger<RedisCardKeyPool> _logger;
    private readonly WindowScripts _windows;
    private readonly WindowRefill _refill;
    private readonly BackgroundTasks _background = new();

    // The SKUs that this node sells: it looks after their windows.
    private readonly ConcurrentDictionary<long, bool> _skus = new();

    // Names the takes and refills of this process among those of all.
    private readonly string _node = Guid.NewGuid().ToString("N");
    private long _tickets;

    /// <summary>A pool over what Redis holds already.</summary>
    public RedisCardKeyPool(
        RedisConnection connection, RedisKeySpace keys, RedisBreaker breaker, ICardKeyWindowReader reader, RedisPoolOptions options, ILogger<RedisCardKeyPool> logger)
    {
        (_breaker, _reader, _options, _logger) = (breaker, reader, options, logger);
        _windows = new WindowScripts(connection, keys, options);
        _refill = new WindowRefill(_windows, breaker, reader, options, logger);
    }

    /// <inheritdoc/>
    public bool IsDegraded => _breaker.IsOpen;

    /// <inheritdoc/>
    public async ValueTask TakeAsync(IReadOnlyList<KeyNeed> needs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(needs);
        var merged = MergedNeeds.Of(needs);
        if (merged.Count == 0)
        {
            return;
        }

        var ticket = NewTicket();
        var reply = await _breaker.TryAsync(() => _windows.TakeAsync(ticket, merged), _options.TakeTimeout, late => PutBack(late, ticket, merged)).ConfigureAwait(false);
        if (reply is not null && Receive(reply, ticket, merged))
        {
            MergedNeeds.Distribute(merged, needs, ticket);
        }
    }

    /// <inheritdoc/>
    public void Return(long skuId, IReadOnlyCollection<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count > 0)
        {
            Send(() => _windows.ReturnAsync(skuId, ids));
        }
    }

    /// <inheritdoc/>
    public void ReportTaken(long skuId, IReadOnlyCollection<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count > 0)
        {
            var token = NewTicket();
            Send(() => _windows.TakenAsync(skuId, token, ids), result => RefillIf((int)result == 1, skuId, token));
        }
    }

    /// <inheritdoc/>
    public void ReportDrift(long skuId, int count)
    {
        var token = NewTicket();
        Send(() => _windows.DriftAsync(skuId, token, count), result =>
        {
            if ((int)result > 0)
            {
                LogDrift(skuId);
                RefillIf((int)result == 2, skuId, token);
            }
        });
    }

    /// <inheritdoc/>
    public void Reset(long skuId)
    {
        var token = NewTicket();
        Send(() => _windows.ResetAsync(skuId, token), result => RefillIf((int)result == 1, skuId, token));
    }

    /// <inheritdoc/>
    public void Finish(IReadOnlyList<KeyNeed> needs)
    {
        ArgumentNullException.ThrowIfNull(needs);
        foreach (var ticket in needs.Select(need => need.Ticket).OfType<string>().Distinct())
        {
            Send(() => _windows.FinishAsync(ticket));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<long> Windows => [.. _skus.Keys];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> ReadWindowAsync(long skuId, int most, CancellationToken cancellation) =>
        await _breaker.TryAsync(() => _windows.SampleAsync(skuId, most), _options.SweepTimeout).ConfigureAwait(false) is { } ids ? (long[])ids! : [];

    /// <inheritdoc/>
    public async Task StockChangedAsync(CancellationToken cancellation)
    {
        var first = new WindowKey[1];
        foreach (var skuId in _skus.Keys)
        {
            var token = NewTicket();
            if (await _breaker.TryAsync(() => _windows.WakeAsync(skuId, token), _options.CallTimeout, late => RefillIf(IsClaimed(late), skuId, token)).ConfigureAwait(false) is not { } woken)
            {
                continue;
            }

            RefillIf(IsClaimed(woken), skuId, token);
            var state = (RedisResult[])woken!;
            if (state.Length == 4
                && await _reader.ReadAsync(skuId, WindowKey.Before((int)state[2]), first, cancellation).ConfigureAwait(false) == 1
                && first[0].ExpiresOn < (int)state[3])
            {
                var epoch = (long)state[1];
                Send(() => _windows.ResetSinceAsync(skuId, token, epoch), result => RefillIf((int)result == 1, skuId, token));
            }
        }
    }

    /// <summary>Puts back what nodes that are gone never settled. Half-open, it is also the call that tries whether Redis is back.</summary>
    /// <returns>Whether Redis answered.</returns>
    public async Task<bool> SweepAsync()
    {
        var count = await _breaker.TryAsync(_windows.SweepAsync, _options.SweepTimeout).ConfigureAwait(false);
        if (count is not null && (long)count > 0)
        {
            LogSwept((long)count);
        }

        return count is not null;
    }

    /// <summary>Redis was away and is back. While it was, keys went from the table that its windows may still hold: they are read anew.</summary>
    public void Verify()
    {
        foreach (var skuId in _skus.Keys)
        {
            var token = NewTicket();
            Send(() => _windows.DriftAsync(skuId, token, int.MaxValue), result => RefillIf((int)result == 2, skuId, token));
        }
    }

    /// <summary>Completes when nothing is under way in the background.</summary>
    internal Task SettleAsync() => _background.SettleAsync();

    /// <summary>Ends the refills under way.</summary>
    public ValueTask DisposeAsync() => _background.DisposeAsync();

    private string NewTicket() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_node}:{Interlocked.Increment(ref _tickets)}");

    // Starts the refills whose leases the take brought.
    private bool Receive(RedisResult reply, string ticket, List<KeyNeed> merged)
    {
        var parts = (RedisResult[])reply!;
        for (var i = 0; i < merged.Count; i++)
        {
            _skus.TryAdd(merged[i].SkuId, true);
            RefillIf((int)parts[2 * i] == 1, merged[i].SkuId, ticket);
        }

        return MergedNeeds.Read(reply, merged);
    }

    // Its caller has gone to the table. An answer shows that Redis is there, whatever the breaker has seen of it.
    private void PutBack(RedisResult late, string ticket, List<KeyNeed> merged)
    {
        if (!Receive(late, ticket, merged))
        {
            return;
        }

        foreach (var need in merged.Where(need => need.Candidates.Count > 0))
        {
            _background.Add(_breaker.TryPastAsync(() => _windows.ReturnAsync(need.SkuId, need.Candidates), _options.CallTimeout));
        }

        _background.Add(_breaker.TryPastAsync(() => _windows.FinishAsync(ticket), _options.CallTimeout));
        LogLate(merged.Sum(need => need.Candidates.Count));
    }

    private static bool IsClaimed(RedisResult woken) => (int)((RedisResult[])woken!)[0] == 1;

    private void RefillIf(bool claimed, long skuId, string token)
    {
        if (claimed && !_background.Stopping.IsCancellationRequested)
        {
            _background.Run(() => _refill.RunAsync(skuId, token, _background.Stopping));
        }
    }

    // Nobody waits for it, and what is lost costs a look into the table.
    private void Send(Func<Task<RedisResult>> call, Action<RedisResult>? then = null) => _background.Add(SendAsync(call, then));

    private async Task SendAsync(Func<Task<RedisResult>> call, Action<RedisResult>? then)
    {
        if (await _breaker.TryAsync(call, _options.CallTimeout, then).ConfigureAwait(false) is { } result)
        {
            then?.Invoke(result);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The pool's window of SKU {SkuId} no longer matched the table and is read anew.")]
    private partial void LogDrift(long skuId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis gave {Count} ids after their taker had gone to the table; they go back.")]
    private partial void LogLate(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} ids that a node took and never settled are back in the pool.")]
    private partial void LogSwept(long count);
}

using System.Buffers;
using System.Collections.Concurrent;
using Fulfilment.Core.CardKeys;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Infrastructure.Pool;

/// <summary>
/// The pool in this process's memory. Windows are filled in the background, one read at a time per SKU; a take never waits, and an empty window
/// gives fewer ids. What is lost with the process is still in the table.
/// </summary>
public sealed partial class InProcessCardKeyPool : ICardKeyPool, IWatchedPool, IAsyncDisposable
{
    private readonly ConcurrentDictionary<long, SkuWindow> _windows = new();
    private readonly ICardKeyWindowReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger<InProcessCardKeyPool> _logger;
    private readonly WindowOptions _options;
    private readonly BackgroundTasks _refills = new();

    /// <summary>An empty pool; it reads nothing until a SKU is asked for.</summary>
    public InProcessCardKeyPool(ICardKeyWindowReader reader, TimeProvider time, ILogger<InProcessCardKeyPool> logger)
        : this(reader, time, logger, new WindowOptions())
    {
    }

    internal InProcessCardKeyPool(ICardKeyWindowReader reader, TimeProvider time, ILogger<InProcessCardKeyPool> logger, WindowOptions options)
    {
        (_reader, _time, _logger, _options) = (reader, time, logger, options);
    }

    /// <inheritdoc/>
    public bool IsDegraded => false;

    /// <inheritdoc/>
    public ValueTask TakeAsync(IReadOnlyList<KeyNeed> needs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(needs);
        SkuWindow? window = null;
        for (var i = 0; i < needs.Count; i++)
        {
            var need = needs[i];
            if (window is null || window.SkuId != need.SkuId)
            {
                window = _windows.GetOrAdd(need.SkuId, static (skuId, pool) => new SkuWindow(skuId, pool._options, pool._time), this);
            }

            if (window.Take(need))
            {
                Refill(window);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Return(long skuId, IReadOnlyCollection<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count > 0 && _windows.TryGetValue(skuId, out var window))
        {
            window.Return(ids);
        }
    }

    /// <inheritdoc/>
    public void ReportTaken(long skuId, IReadOnlyCollection<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count > 0 && _windows.TryGetValue(skuId, out var window) && window.ReportTaken(ids))
        {
            Refill(window);
        }
    }

    /// <inheritdoc/>
    public void ReportDrift(long skuId, int count)
    {
        if (_windows.TryGetValue(skuId, out var window) && window.ReportDrift(count) is { } refill)
        {
            LogDrift(skuId);
            if (refill)
            {
                Refill(window);
            }
        }
    }

    /// <inheritdoc/>
    public void Reset(long skuId)
    {
        if (_windows.TryGetValue(skuId, out var window) && window.Reset())
        {
            Refill(window);
        }
    }

    /// <inheritdoc/>
    public void Finish(IReadOnlyList<KeyNeed> needs)
    {
        // What a caller held is lost with this process, and so is the pool.
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<long> Windows => [.. _windows.Keys];

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> ReadWindowAsync(long skuId, int most, CancellationToken cancellation) =>
        Task.FromResult(_windows.TryGetValue(skuId, out var window) ? window.Read(most) : []);

    /// <inheritdoc/>
    public async Task StockChangedAsync(CancellationToken cancellation)
    {
        var first = new WindowKey[1];
        foreach (var window in _windows.Values)
        {
            if (window.Wake())
            {
                Refill(window);
            }

            if (window.Front() is { } front
                && await _reader.ReadAsync(window.SkuId, front.After, first, cancellation).ConfigureAwait(false) == 1
                && first[0].ExpiresOn < front.Day
                && window.ResetSince(front.Epoch))
            {
                Refill(window);
            }
        }
    }

    /// <summary>Completes when no refill is under way.</summary>
    internal Task SettleAsync() => _refills.SettleAsync();

    /// <summary>Ends the refills under way.</summary>
    public ValueTask DisposeAsync() => _refills.DisposeAsync();

    private void Refill(SkuWindow window) => _refills.Run(() => RefillAsync(window));

    private async Task RefillAsync(SkuWindow window)
    {
        var page = ArrayPool<WindowKey>.Shared.Rent(_options.Size);
        try
        {
            while (!_refills.Stopping.IsCancellationRequested && window.TryNextRead(out var read))
            {
                var count = await _reader.ReadAsync(window.SkuId, read.After, page.AsMemory(0, read.Limit), _refills.Stopping).ConfigureAwait(false);
                window.Fill(read, page.AsSpan(0, count));
            }
        }
        catch (OperationCanceledException) when (_refills.Stopping.IsCancellationRequested)
        {
            window.Fail();
        }
#pragma warning disable CA1031 // Nobody awaits a refill: the table serves without it, and the next take tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            window.Fail();
            LogRefillFailed(exception, window.SkuId);
        }
        finally
        {
            ArrayPool<WindowKey>.Shared.Return(page);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The pool's window of SKU {SkuId} no longer matched the table and is read anew.")]
    private partial void LogDrift(long skuId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pool's window of SKU {SkuId} could not be refilled; codes are taken from the table until it can.")]
    private partial void LogRefillFailed(Exception exception, long skuId);
}

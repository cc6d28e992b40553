using System.Buffers;
using System.Globalization;
using Fulfilment.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fulfilment.Infrastructure.Pool.Redis;

/// <summary>
/// Fills a window whose lease this node holds, piece by piece. Where reading goes on stands in Redis beside the window, so that any node can go on; each
/// piece names the lease, the epoch and the place it was read from, and counts for nothing when one of them is no longer so.
/// </summary>
internal sealed partial class WindowRefill(WindowScripts windows, RedisBreaker breaker, ICardKeyWindowReader reader, RedisPoolOptions options, ILogger logger)
{
    // So that Redis, which does one thing at a time, is kept for about a millisecond.
    private const int Piece = 5_000;

    public async Task RunAsync(long skuId, string token, CancellationToken stop)
    {
        var page = ArrayPool<WindowKey>.Shared.Rent(options.Window.Size);
        try
        {
            while (await NextAsync(skuId, token, stop).ConfigureAwait(false) is { } next)
            {
                var count = await reader.ReadAsync(skuId, next.After, page.AsMemory(0, next.Limit), stop).ConfigureAwait(false);
                await AppendAsync(skuId, token, next, page.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Nobody awaits a refill: the table serves without it, and the next take tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (exception is not OperationCanceledException)
            {
                LogFailed(exception, skuId);
            }

            await breaker.TryAsync(() => windows.AbandonAsync(skuId, token, pause: exception is not OperationCanceledException), options.CallTimeout).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<WindowKey>.Shared.Return(page);
        }
    }

    private async Task<Next?> NextAsync(long skuId, string token, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var reply = await breaker.TryAsync(() => windows.NextAsync(skuId, token), options.CallTimeout).ConfigureAwait(false);
        if (reply is null || (RedisResult[])reply! is not [var epoch, var first, var cursor, var limit])
        {
            return null;
        }

        var place = (string)cursor!;
        return new Next((long)epoch, place, place.Length == 0 ? WindowKey.Before((int)first) : Parse(place), Math.Min((int)limit, options.Window.Size));
    }

    // Ends at a piece that counts for nothing; whoever still holds the lease then asks what is next.
    private async Task AppendAsync(long skuId, string token, Next next, ReadOnlyMemory<WindowKey> keys)
    {
        var (endsHere, after) = (keys.Length < next.Limit, next.Cursor);
        do
        {
            var piece = keys[..Math.Min(Piece, keys.Length)];
            keys = keys[piece.Length..];
            var from = after;
            after = piece.IsEmpty ? after : Text(piece.Span[^1]);
            var isLast = endsHere && keys.IsEmpty;
            if (await breaker.TryAsync(() => windows.AppendAsync(skuId, token, next.Epoch, from, after, isLast, piece), options.CallTimeout).ConfigureAwait(false) is not { } appended
                || (int)appended == 0)
            {
                return;
            }
        }
        while (!keys.IsEmpty);
    }

    private static string Text(WindowKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.ExpiresOn}:{key.BatchId}:{key.Id}");

    private static WindowKey Parse(string cursor)
    {
        var parts = cursor.Split(':');
        return new WindowKey(
            int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pool's window of SKU {SkuId} could not be refilled; codes are taken from the table until it can.")]
    private partial void LogFailed(Exception exception, long skuId);

    private sealed record Next(long Epoch, string Cursor, WindowKey After, int Limit);
}

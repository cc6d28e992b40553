using System.Globalization;
using Fulfilment.Core.Catalogue;
using Fulfilment.Infrastructure.Storage;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fulfilment.Infrastructure.Redis;

/// <summary>
/// Tells the other nodes of a change at once; they find it by looking at the database anyway, a little later, so a message that is lost costs nothing else.
/// Stock needs no message: the windows themselves are shared.
/// </summary>
public sealed partial class SharedCatalogue(CatalogueCache cache, RedisConnection connection, RedisKeySpace keys, ILogger<SharedCatalogue> logger) : ICatalogue
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public CatalogueSnapshot Current => cache.Current;

    private RedisChannel Channel => new(keys.Prefix + "catalogue", RedisChannel.PatternMode.Literal);

    /// <inheritdoc/>
    public async Task RefreshAsync(CancellationToken cancellation = default)
    {
        var before = cache.Current.Version;
        await cache.RefreshAsync(cancellation).ConfigureAwait(false);
        if (cache.Current.Version != before)
        {
            _ = TryAsync(multiplexer => multiplexer.GetSubscriber().PublishAsync(Channel, cache.Current.Version.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Listens until cancelled. The driver listens on when the connection has come back.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!await TryAsync(multiplexer => multiplexer.GetSubscriber().SubscribeAsync(Channel, (_, version) => OnChange(version))).ConfigureAwait(false))
        {
            await Task.Delay(Pause, stop).ConfigureAwait(false);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false);
    }

    private async void OnChange(RedisValue version)
    {
        try
        {
            if (!long.TryParse((string?)version, CultureInfo.InvariantCulture, out var number) || number > cache.Current.Version)
            {
                // Past ourselves: what was heard is not told again.
                await cache.RefreshAsync().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The next look at the database finds what this one missed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception);
        }
    }

    private async Task<bool> TryAsync(Func<ConnectionMultiplexer, Task> call)
    {
        try
        {
            await call(await connection.Connected().ConfigureAwait(false)).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // Redis is away; looking at the database goes on.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A change of the catalogue was heard of and could not be read; it is looked for again.")]
    private partial void LogFailed(Exception exception);
}

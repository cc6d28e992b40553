using StackExchange.Redis;

namespace Fulfilment.Infrastructure.Redis;

/// <summary>
/// The one connection of this process to Redis. It is made in the background and comes back by itself; while there is none, calls fail at once.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    // How long one try to connect lasts, and what lies between two.
    private const int ConnectMs = 1_000;

    // Beyond what any caller waits: only a reply that is observed, however late, can be given back.
    private const int LateReplyMs = 60_000;

    // A server that was a replica and is none any more is noticed by looking.
    private const int RoleCheckSeconds = 2;

    private readonly Lock _gate = new();
    private readonly ConfigurationOptions _options;
    private Task<ConnectionMultiplexer>? _connecting;
    private bool _disposed;

    /// <param name="connectionString">As StackExchange.Redis takes it.</param>
    /// <exception cref="ArgumentException">It cannot be read; the message does not repeat it.</exception>
    public RedisConnection(string connectionString)
    {
        try
        {
            _options = ConfigurationOptions.Parse(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new ArgumentException("The connection string cannot be read.", nameof(connectionString));
        }

        _options.AbortOnConnectFail = false;
        _options.ConnectTimeout = ConnectMs;
        _options.SyncTimeout = LateReplyMs;
        _options.ConfigCheckSeconds = RoleCheckSeconds;
        _options.ClientName = "fulfilment";
    }

    /// <summary>
    /// Runs a script. Before the first await the command is on its way, if there is a connection: two calls of one thread arrive in order.
    /// </summary>
    public async Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] values)
    {
        var database = (await Connected().ConfigureAwait(false)).GetDatabase();
        try
        {
            return await database.ScriptEvaluateAsync(script, keys, values).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The server has lost its scripts, and the driver has only now noticed: it sends the text this time.
            return await database.ScriptEvaluateAsync(script, keys, values).ConfigureAwait(false);
        }
    }

    /// <summary>The driver's own connection, for what is no script.</summary>
    public Task<ConnectionMultiplexer> Connected()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connecting is null || _connecting.IsFaulted || _connecting.IsCanceled)
            {
                _connecting = ConnectionMultiplexer.ConnectAsync(_options);
            }

            return _connecting;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate)
        {
            (_disposed, connecting) = (true, _connecting);
        }

        if (connecting is not null)
        {
            await Task.WhenAny(connecting).ConfigureAwait(false);
            if (connecting.IsCompletedSuccessfully)
            {
                await (await connecting.ConfigureAwait(false)).CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
            }
        }
    }
}

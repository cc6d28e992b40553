using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using StackExchange.Redis;

namespace Fulfilment.Infrastructure.Redis;

/// <summary>
/// Bounds every call to Redis in time, and makes none for a while when several failed: away, slow, full and read-only are the same to the callers, who go
/// on without. One call at a time tries whether it is back.
/// </summary>
public sealed partial class RedisBreaker
{
    private readonly TimeProvider _time;
    private readonly ILogger<RedisBreaker> _logger;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _pipeline;

    /// <summary>A closed breaker.</summary>
    public RedisBreaker(TimeProvider time, ILogger<RedisBreaker> logger, RedisBreakerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_time, _logger) = (time, logger);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = options.FailureRatio,
                MinimumThroughput = options.Calls,
                SamplingDuration = options.Sampling,
                BreakDuration = options.Break,
                StateProvider = _state,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Exception is not null),
            })
            .Build();
    }

    /// <summary>Whether callers are going on without Redis.</summary>
    public bool IsOpen => _state.CircuitState is not CircuitState.Closed;

    /// <summary>Makes the call, unless the breaker is open; null: there is no answer, and its caller goes on without.</summary>
    /// <param name="call">Begins the call.</param>
    /// <param name="timeout">How long its caller waits.</param>
    /// <param name="late">Gets an answer that came after that.</param>
    public async Task<RedisResult?> TryAsync(Func<Task<RedisResult>> call, TimeSpan timeout, Action<RedisResult>? late = null)
    {
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
        var outcome = await _pipeline.ExecuteOutcomeAsync(static (_, self) => self.Breaker.OnceAsync(self.Call, self.Timeout, self.Late), context, new Attempt(this, call, timeout, late)).ConfigureAwait(false);
        ResilienceContextPool.Shared.Return(context);
        return outcome.Result;
    }

    /// <summary>Makes the call even when the breaker is open, and does not count it.</summary>
    public async Task<RedisResult?> TryPastAsync(Func<Task<RedisResult>> call, TimeSpan timeout) => (await OnceAsync(call, timeout, null).ConfigureAwait(false)).Result;

    private async ValueTask<Outcome<RedisResult>> OnceAsync(Func<Task<RedisResult>> call, TimeSpan timeout, Action<RedisResult>? late)
    {
        Task<RedisResult>? running = null;
        try
        {
            running = call();
            var result = await running.WaitAsync(timeout, _time).ConfigureAwait(false);

            // Off the thread that reads Redis's answers: what follows may take long, and other answers wait behind it.
            await Task.Yield();
            return Outcome.FromResult(result);
        }
        catch (TimeoutException exception) when (running is { IsCompleted: false })
        {
            _ = running.ContinueWith(ended => Observe(ended, late), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return Failed(exception);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException or IOException or System.Net.Sockets.SocketException)
        {
            return Failed(exception);
        }
    }

    private static void Observe(Task<RedisResult> ended, Action<RedisResult>? late)
    {
        // A fault is looked at as well, or it would be reported as unobserved.
        if (ended.Exception is null && ended.IsCompletedSuccessfully)
        {
            late?.Invoke(ended.Result);
        }
    }

    private Outcome<RedisResult> Failed(Exception exception)
    {
        LogFailed(exception.GetType().Name, exception is RedisServerException ? exception.Message : "");
        return Outcome.FromException<RedisResult>(exception);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A call to Redis failed: {Kind} {Message}")]
    private partial void LogFailed(string kind, string message);

    private readonly record struct Attempt(RedisBreaker Breaker, Func<Task<RedisResult>> Call, TimeSpan Timeout, Action<RedisResult>? Late);
}

/// <summary>When the breaker opens and how long it stays so.</summary>
public sealed record RedisBreakerOptions
{
    /// <summary>Opens when so many of the calls of <see cref="Sampling"/> failed, as a part of all: one slow answer among many opens nothing.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>… and there were at least so many calls: two looks after the pool, where nobody orders.</summary>
    public int Calls { get; init; } = 2;

    /// <summary>The span calls are counted over.</summary>
    public TimeSpan Sampling { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>No call is made for so long; then one tries.</summary>
    public TimeSpan Break { get; init; } = TimeSpan.FromSeconds(1);
}

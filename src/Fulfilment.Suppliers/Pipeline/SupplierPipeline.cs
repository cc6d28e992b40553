using System.Collections.Frozen;
using System.Threading.RateLimiting;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Suppliers;
using Fulfilment.Suppliers.Http;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Fulfilment.Suppliers.Pipeline;

/// <summary>
/// A supplier within its limits and time-outs. It repeats what changes nothing there, and a submission only while no connection was made. Whatever the adapter
/// says, a submission whose permit was used is never "not sent".
/// </summary>
public sealed class SupplierPipeline : ISupplier, IDisposable
{
    private const int MostTries = 3;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    private static readonly ResiliencePropertyKey<SendPermit> Permit = new("permit");

    private readonly ISupplier _adapter;
    private readonly TimeProvider _time;
    private readonly SupplierLimits _limits;
    private readonly Breaker _breaker;
    private readonly Pace _pace;
    private readonly ConcurrencyLimiter _submissions;
    private readonly ConcurrencyLimiter _questions;
    private readonly ResiliencePipeline<SupplierAnswer> _submit;
    private readonly ResiliencePipeline _ask;

    /// <param name="adapter">How the supplier is spoken to.</param>
    /// <param name="limits">How much of it is used at once.</param>
    /// <param name="time">Of time-outs, limits and the breaker.</param>
    /// <param name="breakerChanged">Is told when the breaker opens (true), also again, and closes.</param>
    public SupplierPipeline(ISupplier adapter, SupplierLimits limits, TimeProvider time, Action<bool>? breakerChanged = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        (_adapter, _limits, _time) = (adapter, limits, time);
        _breaker = new Breaker(time, limits, (adapter as IFaultReasons)?.FaultReasons ?? FrozenSet<string>.Empty, breakerChanged);
        _pace = new Pace(time, limits.PerSecond);
        _submissions = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = limits.Concurrency, QueueLimit = 0 });
        _questions = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = limits.Concurrency, QueueLimit = int.MaxValue });
        _submit = SubmitPipeline();
        _ask = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(TimeSpan.FromSeconds(limits.QueryTimeoutSeconds)).Build();
    }

    /// <summary>Whether submissions are kept back because the last ones came to nothing definite.</summary>
    public bool IsBreakerOpen => _breaker.IsOpen;

    /// <inheritdoc/>
    public SupplierTiming Timing => _adapter.Timing;

    /// <inheritdoc/>
    public bool CanQuery => _adapter.CanQuery;

    /// <inheritdoc/>
    public bool TakesMaxCost => _adapter.TakesMaxCost;

    /// <inheritdoc/>
    public bool TellsBalance => _adapter.TellsBalance;

    /// <inheritdoc/>
    public bool TellsProducts => _adapter.TellsProducts;

    /// <inheritdoc/>
    public IReadOnlySet<string> HarmlessFields => _adapter.HarmlessFields;

    /// <summary>Asks to submit one unit, without waiting.</summary>
    public SupplierEntry Enter()
    {
        if (!_breaker.TryEnter(out var endTry))
        {
            return new SupplierEntry.Shut("breaker_open");
        }

        var place = _submissions.AttemptAcquire();
        var retryAfter = BetweenTries;
        if (place.IsAcquired && _pace.TryTake(out retryAfter))
        {
            return new SupplierEntry.Open(new SupplierSlot(this, Release));
        }

        Release();
        return new SupplierEntry.Busy(retryAfter);

        void Release()
        {
            place.Dispose();
            endTry?.Invoke();
        }
    }

    /// <inheritdoc/>
    public async Task<SupplierAnswer> IssueAsync(SupplierRequest request, SendPermit permit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(permit);
        OpenTransaction.RequireNone();
        var context = ResilienceContextPool.Shared.Get(cancellation);
        context.Properties.Set(Permit, permit);
        SupplierAnswer answer;
        try
        {
            answer = await _submit.ExecuteAsync(
                async (running, call) => InTime(await _adapter.IssueAsync(call.request, call.permit, running.CancellationToken).ConfigureAwait(false), call.cancellation),
                context,
                (request, permit, cancellation)).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            answer = new SupplierAnswer.NotSent("breaker_open");
        }
        catch (Exception exception) when (exception is TimeoutRejectedException or OperationCanceledException)
        {
            answer = new SupplierAnswer.NotSent(cancellation.IsCancellationRequested ? "cancelled" : "timeout");
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        return answer is SupplierAnswer.NotSent { Reason: var reason } && !permit.Close() ? Unknown(reason) : answer;
    }

    /// <inheritdoc/>
    public Task<SupplierAnswer> QueryAsync(SupplierRequest request, CancellationToken cancellation) => AskAsync(
        async token => InTime(await _adapter.QueryAsync(request, token).ConfigureAwait(false), cancellation),

        // Asked again only where nothing came at all: many suppliers take one query in half a minute.
        answer => answer is SupplierAnswer.Answered { Raw: null, Outcome: SupplierOutcome.Unknown { Reason: "connection_lost" } },
        () => Unknown(cancellation.IsCancellationRequested ? "cancelled" : "timeout"),
        cancellation);

    /// <inheritdoc/>
    public Task<SupplierBalance?> BalanceAsync(CancellationToken cancellation) =>
        AskAsync(token => ReadAsync(_adapter.BalanceAsync(token)), answer => answer is null, () => null, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SupplierProduct>?> ProductsAsync(CancellationToken cancellation) =>
        AskAsync(token => ReadAsync(_adapter.ProductsAsync(token)), answer => answer is null, () => null, cancellation);

    /// <inheritdoc/>
    public ParsedCallback ParseCallback(CallbackRequest request)
    {
        try
        {
            return _adapter.ParseCallback(request);
        }
        catch (Exception exception) when (Unreadable.Is(exception))
        {
            return new ParsedCallback.Refused("unreadable", new CallbackReply(400, "text/plain", "unreadable"));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _submissions.Dispose();
        _questions.Dispose();
    }

    private static SupplierAnswer Unknown(string reason) => new SupplierAnswer.Answered(new SupplierOutcome.Unknown(reason), null);

    // An adapter sees a time-out as a cancellation; the difference matters to whoever reads the reason.
    private static SupplierAnswer InTime(SupplierAnswer answer, CancellationToken cancellation) => answer switch
    {
        SupplierAnswer.NotSent { Reason: "cancelled" } when !cancellation.IsCancellationRequested => new SupplierAnswer.NotSent("timeout"),
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Unknown { Reason: "cancelled" }, Raw: var raw } when !cancellation.IsCancellationRequested =>
            new SupplierAnswer.Answered(new SupplierOutcome.Unknown("timeout"), raw),
        _ => answer,
    };

    private static async Task<T?> ReadAsync<T>(Task<T?> asked)
        where T : class
    {
        try
        {
            return await asked.ConfigureAwait(false);
        }
        catch (Exception exception) when (Unreadable.Is(exception))
        {
            return null;
        }
    }

    private ResiliencePipeline<SupplierAnswer> SubmitPipeline() => new ResiliencePipelineBuilder<SupplierAnswer> { TimeProvider = _time }
        .AddCircuitBreaker(_breaker.Options)
        .AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = args => ValueTask.FromResult(LeftOf(PermitOf(args.Context)) + Timing.TotalTimeout) })
        .AddRetry(new RetryStrategyOptions<SupplierAnswer>
        {
            MaxRetryAttempts = MostTries - 1,
            Delay = BetweenTries,
            ShouldHandle = args => ValueTask.FromResult(
                args.Outcome.Result is SupplierAnswer.NotSent { Reason: "connect_failed" } && PermitOf(args.Context) is { IsUsed: false } permit && LeftOf(permit) > BetweenTries),
        })
        .Build();

    private static SendPermit PermitOf(ResilienceContext context) => context.Properties.GetValue(Permit, null!);

    private TimeSpan LeftOf(SendPermit permit) => permit.SendBefore - _time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.FromTicks(1);

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, Func<T, bool> again, Func<T> nothing, CancellationToken cancellation)
    {
        OpenTransaction.RequireNone();
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(_limits.QueryTimeoutSeconds) * MostTries, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            using var place = await _questions.AcquireAsync(1, either.Token).ConfigureAwait(false);
            for (var tries = 1; ; tries++)
            {
                await _pace.WaitAsync(either.Token).ConfigureAwait(false);
                var answer = await _ask.ExecuteAsync(async token => await ask(token).ConfigureAwait(false), either.Token).ConfigureAwait(false);
                if (tries == MostTries || !again(answer))
                {
                    return answer;
                }

                await Task.Delay(BetweenTries, _time, either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is TimeoutRejectedException or OperationCanceledException)
        {
            return nothing();
        }
    }
}

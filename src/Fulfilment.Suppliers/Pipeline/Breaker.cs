using Fulfilment.Core.Suppliers;
using Polly.CircuitBreaker;

namespace Fulfilment.Suppliers.Pipeline;

/// <summary>
/// Keeps submissions from a supplier that answers nothing definite: each of them would be an unknown, with a customer's money in it. Once it has been open
/// for a while, one submission at a time is let through to try.
/// </summary>
internal sealed class Breaker
{
    private static readonly TimeSpan Sampling = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly CircuitBreakerStateProvider _state = new();
    private long _shutUntil;
    private int _trying;

    public Breaker(TimeProvider time, SupplierLimits limits, IReadOnlySet<string> faults, Action<bool>? changed)
    {
        _time = time;
        Options = new CircuitBreakerStrategyOptions<SupplierAnswer>
        {
            FailureRatio = 0.5,
            MinimumThroughput = limits.BreakerAfter,
            SamplingDuration = Sampling,
            BreakDuration = TimeSpan.FromSeconds(limits.BreakerSeconds),
            StateProvider = _state,
            ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is not null || IsFailure(args.Outcome.Result, faults)),
            OnOpened = args =>
            {
                Volatile.Write(ref _shutUntil, (time.GetUtcNow() + args.BreakDuration).UtcTicks);
                changed?.Invoke(true);
                return ValueTask.CompletedTask;
            },
            OnClosed = _ =>
            {
                changed?.Invoke(false);
                return ValueTask.CompletedTask;
            },
        };
    }

    /// <summary>For the pipeline of submissions.</summary>
    public CircuitBreakerStrategyOptions<SupplierAnswer> Options { get; }

    /// <summary>Whether submissions are kept back now.</summary>
    public bool IsOpen => _state.CircuitState is not CircuitState.Closed;

    /// <summary>Whether a submission may try.</summary>
    /// <param name="release">To be called when it is over; null: nothing is to be done.</param>
    public bool TryEnter(out Action? release)
    {
        release = null;
        if (_state.CircuitState is CircuitState.Closed)
        {
            return true;
        }

        if (_time.GetUtcNow().UtcTicks < Volatile.Read(ref _shutUntil) || Interlocked.CompareExchange(ref _trying, 1, 0) != 0)
        {
            return false;
        }

        release = () => Volatile.Write(ref _trying, 0);
        return true;
    }

    // An unknown of any kind counts, whoever is to blame: more of them would only be more money held.
    private static bool IsFailure(SupplierAnswer? answer, IReadOnlySet<string> faults) => answer switch
    {
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Unknown { Reason: not "cancelled" } } => true,
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Rejected rejected } => faults.Contains(rejected.Reason),
        SupplierAnswer.NotSent { Reason: "connect_failed" or "timeout" } => true,
        _ => false,
    };
}

using System.Globalization;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;

namespace Fulfilment.Core.Fulfilment;

/// <summary>What the recording of one outcome works on, inside its transaction.</summary>
/// <param name="Transaction">The caller's.</param>
/// <param name="Attempt">As it was found.</param>
/// <param name="Unit">As it was found.</param>
/// <param name="Supplier">As the catalogue has it.</param>
/// <param name="Source">On which way the outcome came.</param>
/// <param name="Times">When to ask again.</param>
/// <param name="Now">Now.</param>
/// <param name="Effects">What it does elsewhere.</param>
internal sealed record OutcomeWork(
    IFulfilmentTransaction Transaction, Attempt Attempt, FoundUnit Unit, Supplier Supplier, AnswerSource Source, SupplierTimes Times, DateTimeOffset Now, OrderEffects Effects)
{
    public long NowMs { get; } = Now.ToUnixTimeMilliseconds();

    /// <summary>The key of the alert that no query can settle an attempt.</summary>
    public static string KeyOfStuck(long attemptId) => string.Create(CultureInfo.InvariantCulture, $"unknown:{attemptId}");

    /// <summary>When the unit is to be looked at again, if that is ahead; null also where it was not moved.</summary>
    public DateTimeOffset? LookAgainAt { get; private set; }

    /// <summary>The earliest time that the answer may be of: it may have been long on its way, or could not be recorded for a while.</summary>
    public DateTimeOffset AskedAt => Source == AnswerSource.Query && Attempt.QueriedAtMs is { } queried && queried < NowMs ? DateTimeOffset.FromUnixTimeMilliseconds(queried) : Now;

    /// <summary>Moves the attempt on; guarded by the state it was found in.</summary>
    public async ValueTask ChangeAttemptAsync(AttemptState to, string? reason = null, string? receipt = null, Money? cost = null)
    {
        if (to != Attempt.State)
        {
            Attempt.States.Require(Attempt.State, to);
        }

        // However it was settled, whoever was told that no query can is told that it is over.
        if (Attempt.State == AttemptState.Unknown && to != AttemptState.Unknown)
        {
            await Transaction.ResolveAlertAsync(KeyOfStuck(Attempt.Id), Now).ConfigureAwait(false);
        }

        await Transaction.ChangeAttemptAsync(Attempt, Attempt with
        {
            State = to,
            Reason = Short(reason) ?? Attempt.Reason,
            Receipt = Short(receipt) ?? Attempt.Receipt,
            UnitCost = cost ?? Attempt.UnitCost,
            DecidedAtMs = to < AttemptState.Issued ? null : NowMs,
        }).ConfigureAwait(false);
    }

    /// <summary>Moves the unit on, to be looked at again at that time. It was read in this transaction, so the guard can only fail in a broken record.</summary>
    public async ValueTask MoveUnitAsync(UnitState to, DateTimeOffset due)
    {
        if (!await Transaction.MoveUnitAsync(Unit, to, due.ToUnixTimeMilliseconds()).ConfigureAwait(false))
        {
            throw new InvalidOperationException($"Unit {Unit.Id} is not as it was read.");
        }

        LookAgainAt = due > Now ? due : null;
    }

    /// <summary>The supplier is at it: it is asked again at that time.</summary>
    public async ValueTask<Recorded> WaitAsync(string? receipt, DateTimeOffset? due = null)
    {
        await ChangeAttemptAsync(AttemptState.Processing, receipt: receipt).ConfigureAwait(false);
        await MoveUnitAsync(UnitState.Processing, due ?? Times.Next(Attempt, Now)).ConfigureAwait(false);
        return Came(AttemptState.Processing, UnitState.Processing);
    }

    /// <summary>What the recording came to.</summary>
    public Recorded Came(AttemptState attempt, UnitState unit) => new(attempt, unit, Unit.OrderId, OrderClosed: false, Contradiction: false) { UnitId = Unit.Id, LookAgainAt = LookAgainAt };

    /// <summary>Nothing was changed.</summary>
    public Recorded Unchanged() => Came(Attempt.State, Unit.State);

    // What suppliers call their reasons and numbers is of any length.
    private static string? Short(string? text) => text is { Length: > 200 } ? text[..200] : text;
}

/// <summary>What the recording of an outcome came to.</summary>
/// <param name="Attempt">Where the attempt stands.</param>
/// <param name="Unit">Where the unit stands.</param>
/// <param name="OrderId">Whose it is.</param>
/// <param name="OrderClosed">Whether nothing of the order is open any more because of this.</param>
/// <param name="Contradiction">Whether the outcome contradicts what was decided, and changed nothing for that.</param>
public sealed record Recorded(AttemptState Attempt, UnitState Unit, long OrderId, bool OrderClosed, bool Contradiction)
{
    /// <summary>Which unit.</summary>
    public required long UnitId { get; init; }

    /// <summary>When the unit is to be looked at again, if that is ahead.</summary>
    public DateTimeOffset? LookAgainAt { get; init; }
}

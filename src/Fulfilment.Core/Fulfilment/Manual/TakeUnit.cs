using System.Globalization;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Fulfilment.Manual;

/// <summary>Lets one person at a time be at a unit of the manual queue, for a time that they may renew. Of two at once one wins.</summary>
public sealed class TakeUnit(IManualStore store, IdGenerator ids, TimeProvider time)
{
    /// <summary>For so long somebody has a unit; taken again, for so long from then on.</summary>
    public static readonly TimeSpan Term = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Takes the unit, or renews what the caller has. Or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.StateConflict"/>: it is not in the manual
    /// queue, or somebody else is at it.
    /// </summary>
    public Task<Result<UnitLease>> TakeAsync(long unitId, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return store.RunAsync<Result<UnitLease>>(async transaction =>
        {
            var now = time.GetUtcNow();
            var (unit, refusal) = await FindAsync(transaction, unitId).ConfigureAwait(false);
            if (refusal is not null)
            {
                return refusal;
            }

            var held = await transaction.FindLeaseAsync(unitId).ConfigureAwait(false);
            if (held is not null && held.TakenBy != actor.Name && held.UntilMs > now.ToUnixTimeMilliseconds())
            {
                return new Refusal(RefusalCode.StateConflict, Detail: $"{held.TakenBy} is at it until {DateTimeOffset.FromUnixTimeMilliseconds(held.UntilMs).UtcDateTime.ToString("u", CultureInfo.InvariantCulture)}.");
            }

            var lease = new UnitLease(actor.Name, (now + Term).ToUnixTimeMilliseconds());
            await transaction.LeaseAsync(unitId, lease).ConfigureAwait(false);
            await transaction.RecordAsync(UnitAudit.Entry(ids.Next(), actor, "unit.taken", unit!)).ConfigureAwait(false);
            return lease;
        });
    }

    /// <summary>Gives back what the caller has taken. Or <see cref="RefusalCode.NotFound"/>, <see cref="RefusalCode.StateConflict"/>: they do not have it.</summary>
    public Task<Refusal?> ReleaseAsync(long unitId, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return store.RunAsync<Refusal?>(async transaction =>
        {
            var (unit, refusal) = await FindAsync(transaction, unitId).ConfigureAwait(false);
            refusal ??= await RequireAsync(transaction, unitId, actor, time.GetUtcNow()).ConfigureAwait(false);
            if (refusal is not null)
            {
                return refusal;
            }

            await transaction.ReleaseAsync(unitId).ConfigureAwait(false);
            await transaction.RecordAsync(UnitAudit.Entry(ids.Next(), actor, "unit.released", unit!)).ConfigureAwait(false);
            return null;
        });
    }

    /// <summary>The unit, if it is in the manual queue.</summary>
    internal static async ValueTask<(FoundUnit? Unit, Refusal? Refusal)> FindAsync(IManualTransaction transaction, long unitId) =>
        await transaction.FindUnitAsync(unitId).ConfigureAwait(false) switch
        {
            null => (null, new Refusal(RefusalCode.NotFound)),
            { State: UnitState.Manual } unit => (unit, null),
            { State: UnitState.Unknown } => (null, new Refusal(RefusalCode.StateConflict, Detail: "A supplier may have issued it: while that is unknown nobody else may deliver it.")),
            _ => (null, new Refusal(RefusalCode.StateConflict, Detail: "It is not in the manual queue.")),
        };

    /// <summary>Null when the caller has the unit now.</summary>
    internal static async ValueTask<Refusal?> RequireAsync(IManualTransaction transaction, long unitId, Actor actor, DateTimeOffset now) =>
        await transaction.FindLeaseAsync(unitId).ConfigureAwait(false) is { } lease && lease.TakenBy == actor.Name && lease.UntilMs > now.ToUnixTimeMilliseconds()
            ? null
            : new Refusal(RefusalCode.StateConflict, Detail: "Take the unit first; it may have been yours until its time was over.");
}

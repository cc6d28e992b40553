using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Records what became of an attempt, on whichever way and in whichever order we learn of it: the answer to the submission, queries, callbacks, an operator.
/// Guarded by the attempt's state, never by who holds the work: a late answer is still the truth. The same answer again changes nothing, and one that contradicts
/// what was decided changes nothing by itself.
/// </summary>
public sealed class RecordOutcome(
    IFulfilmentStore store, DeliverIssued deliver, Contradictions contradictions, ISupplierVault vault, ISuppliers suppliers, ICatalogue catalogue, IdGenerator ids,
    OrderEnds ends, WorkSignal signal, IJobQueue queue, TimeProvider time)
{
    /// <summary>Records an answer in a transaction of its own and answers once it is durable.</summary>
    public async Task<Recorded> RunAsync(long attemptId, SupplierAnswer answer, AnswerSource source)
    {
        var recorded = await store.RunAsync(transaction => ApplyAsync(transaction, attemptId, answer, source)).ConfigureAwait(false);
        Tell(recorded);
        return recorded;
    }

    /// <summary>Tells those in this process that wait for what was recorded; for whoever uses <see cref="ApplyAsync"/>, once its transaction is durable.</summary>
    public void Tell(Recorded recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        if (recorded.OrderClosed)
        {
            ends.Raise(recorded.OrderId);
        }

        if (recorded.Unit == UnitState.Pending)
        {
            signal.Raise();
        }
        else if (recorded.LookAgainAt is { } at)
        {
            queue.UnitDue(recorded.OrderId, recorded.UnitId, at);
        }
    }

    /// <summary>Keeps an answer as it came and nothing else: for when what it says cannot be recorded.</summary>
    public Task KeepAsync(long attemptId, RawAnswer raw, AnswerSource source) => store.RunAsync(async transaction =>
    {
        await KeepAsync(transaction, attemptId, raw, source).ConfigureAwait(false);
        return true;
    });

    /// <summary>Records an answer as part of the caller's transaction.</summary>
    /// <exception cref="InvalidOperationException">There is no such attempt.</exception>
    public async ValueTask<Recorded> ApplyAsync(IFulfilmentTransaction transaction, long attemptId, SupplierAnswer answer, AnswerSource source)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(answer);
        if (RawOf(answer) is { } raw)
        {
            await KeepAsync(transaction, attemptId, raw, source).ConfigureAwait(false);
        }

        var work = await FindAsync(transaction, attemptId, source).ConfigureAwait(false);
        var recorded = IsOpen(work) ? await DecideAsync(work, answer).ConfigureAwait(false) : await ContradictAsync(work, answer).ConfigureAwait(false);
        await WriteAsync(work).ConfigureAwait(false);
        return recorded;
    }

    /// <summary>No query can settle the attempt any more: it is unknown, whatever was said before, and only an operator or a callback can end that.</summary>
    internal async ValueTask StopAskingAsync(IFulfilmentTransaction transaction, long attemptId, string reason)
    {
        var id = PublicId.Format(PublicId.Attempt, attemptId);
        var work = await FindAsync(transaction, attemptId, AnswerSource.Query).ConfigureAwait(false);
        if (!IsOpen(work))
        {
            return;
        }

        if (work.Attempt.State != AttemptState.Unknown)
        {
            await BecomeUnknownAsync(work, reason).ConfigureAwait(false);
            await WriteAsync(work).ConfigureAwait(false);
        }
        else
        {
            await work.MoveUnitAsync(work.Unit.State, work.Times.Next(work.Attempt, work.Now)).ConfigureAwait(false);
        }

        await transaction.RaiseAsync(
            new NewAlert(
                AlertKind.UnknownStuck, AlertSeverity.Critical, $"unit:{PublicId.Format(PublicId.Unit, work.Unit.Id)}", OutcomeWork.KeyOfStuck(attemptId),
                AlertText.Of(
                    $"Whether {work.Supplier.Code} issued attempt {id} cannot be asked any more ({reason}); settle it with the supplier's evidence.",
                    $"{work.Supplier.Code} 是否已对提交记录 {id} 出货,已无法查单({reason});请凭供货商的凭据处理。"))
            {
                AtStake = new MoneyAtStake(work.Attempt.UnitCost, work.Attempt.Currency), Group = $"supplier:{work.Supplier.Code}",
            },
            ids.Next(), work.Now).ConfigureAwait(false);
    }

    private async ValueTask<OutcomeWork> FindAsync(IFulfilmentTransaction transaction, long attemptId, AnswerSource source)
    {
        var attempt = await transaction.FindAttemptAsync(attemptId).ConfigureAwait(false) ?? throw new InvalidOperationException($"Attempt {attemptId} is not there.");
        var unit = await transaction.FindUnitAsync(attempt.OrderId, attempt.UnitId).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"Unit {attempt.UnitId} of attempt {attemptId} is not there.");
        var supplier = catalogue.Current.Suppliers.FirstOrDefault(known => known.Id == attempt.SupplierId)
            ?? throw new InvalidOperationException($"Supplier {attempt.SupplierId} is in an attempt and not in the catalogue.");
        return new OutcomeWork(transaction, attempt, unit, supplier, source, SupplierTimes.Of(suppliers.Find(supplier.Code)), time.GetUtcNow(), new OrderEffects());
    }

    // A unit whose attempt is open is with the supplier; where it is not, the attempt is over for it whatever its own state says.
    private static bool IsOpen(OutcomeWork work) => work.Attempt.IsOpen && (work.Unit.State is UnitState.Processing or UnitState.Unknown);

    private static async ValueTask WriteAsync(OutcomeWork work)
    {
        if (work.Effects.Transfers.Count > 0 || work.Effects.Outbox.Count > 0 || work.Effects.Wallets.Count > 0 || work.Effects.CustodyDay is not null)
        {
            await work.Transaction.WriteAsync(work.Effects).ConfigureAwait(false);
        }
    }

    private async ValueTask<Recorded> DecideAsync(OutcomeWork work, SupplierAnswer answer) => answer switch
    {
        // Our own word, from whoever held the permit: it stands also where somebody has asked meanwhile, and learned nothing.
        SupplierAnswer.NotSent notSent when work.Attempt.State != AttemptState.Processing => await EndAsync(work, AttemptState.NotSent, notSent.Reason).ConfigureAwait(false),
        SupplierAnswer.NotFound when work.Attempt.State == AttemptState.Processing => await LoseAsync(work).ConfigureAwait(false),
        SupplierAnswer.NotFound when work.Times.IsNotFoundFinal(work.Attempt, work.AskedAt, work.Supplier.SettingsChangedAt) => await EndAsync(work, AttemptState.Rejected, Attempt.NoSuchOrder).ConfigureAwait(false),
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Issued issued } => await deliver.RunAsync(work, issued).ConfigureAwait(false),

        // What it confirmed it has taken in: "not now" cannot be of that, and would have it submitted again.
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Rejected { NotNow: true } notNow } when work.Attempt.State == AttemptState.Processing => await DoubtAsync(work, notNow.Reason).ConfigureAwait(false),
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Rejected rejected } => await EndAsync(work, AttemptState.Rejected, Attempt.ReasonOf(rejected)).ConfigureAwait(false),
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Processing processing } => await work.WaitAsync(processing.Receipt).ConfigureAwait(false),
        SupplierAnswer.Answered { Outcome: SupplierOutcome.Unknown unknown } => await DoubtAsync(work, unknown.Reason).ConfigureAwait(false),
        SupplierAnswer.NotFound => await DoubtAsync(work, Attempt.NoSuchOrder).ConfigureAwait(false),
        _ => work.Unchanged(),
    };

    // Definite: whoever looks at the unit next decides about the next route.
    private static async ValueTask<Recorded> EndAsync(OutcomeWork work, AttemptState state, string reason)
    {
        await work.ChangeAttemptAsync(state, reason).ConfigureAwait(false);
        await work.MoveUnitAsync(UnitState.Pending, work.Now).ConfigureAwait(false);
        return work.Came(state, UnitState.Pending);
    }

    // It had the order, and has no such order now: from a backup, or with another account of ours. Whether it issued it before, it does not say.
    private async ValueTask<Recorded> LoseAsync(OutcomeWork work)
    {
        await contradictions.LostAsync(work).ConfigureAwait(false);
        return await DoubtAsync(work, Attempt.NoSuchOrder).ConfigureAwait(false);
    }

    // A query that learns nothing takes nothing away from what the supplier said before.
    private async ValueTask<Recorded> DoubtAsync(OutcomeWork work, string reason)
    {
        if (work.Attempt.State != AttemptState.Submitted)
        {
            await work.MoveUnitAsync(work.Unit.State, work.Times.Next(work.Attempt, work.Now)).ConfigureAwait(false);
            return work.Unchanged();
        }

        return await BecomeUnknownAsync(work, reason).ConfigureAwait(false);
    }

    private async ValueTask<Recorded> BecomeUnknownAsync(OutcomeWork work, string reason)
    {
        await work.ChangeAttemptAsync(AttemptState.Unknown, reason).ConfigureAwait(false);
        await work.MoveUnitAsync(UnitState.Unknown, work.Times.Next(work.Attempt, work.Now)).ConfigureAwait(false);
        if (work.Unit.State != UnitState.Unknown)
        {
            var order = await work.Transaction.ReadOrderAsync(work.Unit.OrderId).ConfigureAwait(false);
            work.Effects.Outbox.Add(new OutboxMessage(ids.Next(), order.StorefrontId, WebhookEvent.UnitUnknown, order.Id, order.Status, order.Version + 1, work.Unit.Id));
            await work.Transaction.ChangeOrderAsync(new OrderChange(
                order, order.OpenUnits, order.Status, work.NowMs, new Dictionary<long, OrderStatus>(), Money.Zero)).ConfigureAwait(false);
        }

        return work.Came(AttemptState.Unknown, UnitState.Unknown);
    }

    private async ValueTask<Recorded> ContradictAsync(OutcomeWork work, SupplierAnswer answer)
    {
        var outcome = (answer as SupplierAnswer.Answered)?.Outcome;
        if (work.Attempt.IsOpen)
        {
            await EndOrphanAsync(work, outcome).ConfigureAwait(false);
        }

        var contradicts = (outcome, work.Attempt.State) switch
        {
            (SupplierOutcome.Issued issued, AttemptState.Issued) => await contradictions.IssuedAgainAsync(work, issued).ConfigureAwait(false),

            // What was unusable is reported; only something else than that is news.
            (SupplierOutcome.Issued { Codes.Count: 0 }, AttemptState.Unusable) => false,
            (SupplierOutcome.Issued issued, _) => await contradictions.LateSuccessAsync(work, issued).ConfigureAwait(false),
            (SupplierOutcome.Rejected rejected, AttemptState.Issued) => await contradictions.LateRejectionAsync(work, rejected.Reason).ConfigureAwait(false),
            _ => false,
        };
        return work.Unchanged() with { Contradiction = contradicts };
    }

    private static ValueTask EndOrphanAsync(OutcomeWork work, SupplierOutcome? outcome) => outcome switch
    {
        SupplierOutcome.Issued => work.ChangeAttemptAsync(AttemptState.Unusable, "unit_over"),
        SupplierOutcome.Rejected rejected => work.ChangeAttemptAsync(AttemptState.Rejected, Attempt.ReasonOf(rejected)),
        _ => ValueTask.CompletedTask,
    };

    private async ValueTask KeepAsync(IFulfilmentTransaction transaction, long attemptId, RawAnswer raw, AnswerSource source)
    {
        var id = ids.Next();
        await transaction.KeepAnswerAsync(new KeptAnswer(id, attemptId, source, raw.Status, vault.ProtectAnswer(id, raw.Body))).ConfigureAwait(false);
    }

    private static RawAnswer? RawOf(SupplierAnswer answer) => answer switch
    {
        SupplierAnswer.Answered answered => answered.Raw,
        SupplierAnswer.NotFound notFound => notFound.Raw,
        _ => null,
    };
}

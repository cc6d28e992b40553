using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storefronts;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Core.Orders;

/// <summary>
/// Decides a group of drafts inside its transaction: who repeats, whose money suffices, who gets which card keys, and what rows that makes.
/// The result is as if the drafts had come one after the other.
/// </summary>
public sealed class IntakeDecision(CustodyChain custody, ICustodySeal seal, IdGenerator ids, BusinessCalendar calendar, TimeProvider time)
{
    /// <summary>One outcome a draft, in the group's order. <paramref name="claims"/> holds null for drafts with a verdict.</summary>
    public async ValueTask<IntakeOutcome[]> DecideAsync(IIntakeTransaction transaction, IReadOnlyList<OrderDraft> drafts, IReadOnlyList<OrderClaim?> claims)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var clock = IntakeMetrics.Start(time);
        var now = time.GetUtcNow();
        var facts = await transaction.ReadAsync(drafts, calendar.DayOf(now), ids.Node).ConfigureAwait(false);
        clock.Lap(IntakeStage.Read);

        var outcomes = new IntakeOutcome[drafts.Count];
        var open = Sort(drafts, facts, outcomes);
        var wallets = new Wallets(facts.Wallets, facts.Terms);
        await ClaimInTurnAsync(transaction, open, claims, wallets, outcomes).ConfigureAwait(false);
        if (open.FindAll(index => outcomes[index] is not null) is { Count: > 0 } refused)
        {
            await transaction.ConfirmRefusalAsync(refused.ConvertAll(index => drafts[index])).ConfigureAwait(false);
        }

        clock.Lap(IntakeStage.Claim);

        var accepted = new List<AcceptedOrder>(open.Count);
        var effects = new OrderEffects();
        foreach (var index in open)
        {
            if (outcomes[index] is null)
            {
                var outcome = Accept(claims[index]!, facts.Terms, now.ToUnixTimeMilliseconds(), effects);
                outcomes[index] = outcome;
                accepted.Add(outcome.Order);
            }
        }

        AnswerTwins(drafts, outcomes);
        effects.CloseDay(facts.CustodyDay, seal);
        wallets.CopyChangesTo(effects.Wallets);
        clock.Lap(IntakeStage.Decide);
        if (accepted.Count > 0)
        {
            await transaction.WriteAsync(new IntakeRows(accepted, effects)).ConfigureAwait(false);
        }

        clock.Lap(IntakeStage.Write);
        IntakeMetrics.CountOrders(accepted.Count);
        return outcomes;
    }

    // Answers the drafts whose reference is stored or whose verdict is a refusal; gives the indexes of those that are still to be decided.
    // A second draft of the same reference in this group is neither: AnswerTwins sees to it once the first is decided.
    private static List<int> Sort(IReadOnlyList<OrderDraft> drafts, IntakeFacts facts, IntakeOutcome[] outcomes)
    {
        var open = new List<int>(drafts.Count);
        var seen = new HashSet<(long, string)>(drafts.Count);
        for (var i = 0; i < drafts.Count; i++)
        {
            var draft = drafts[i];
            if (facts.Stored[i] is { } stored)
            {
                outcomes[i] = AnswerStored(draft, stored.OrderId, stored.ContentHash);
            }
            else if (!seen.Add((draft.Storefront.Id, draft.ClientReference)))
            {
                outcomes[i] = IntakeOutcome.Deferred.Instance;
            }
            else if (draft.Verdict is { } verdict)
            {
                outcomes[i] = new IntakeOutcome.Refused(verdict);
            }
            else
            {
                open.Add(i);
            }
        }

        return open;
    }

    private static IntakeOutcome AnswerStored(OrderDraft draft, long orderId, byte[] contentHash) =>
        contentHash.AsSpan().SequenceEqual(draft.ContentHash)
            ? new IntakeOutcome.Stored(orderId, orderId == draft.OrderId)
            : new IntakeOutcome.Refused(new Refusal(RefusalCode.ReferenceConflict, "/clientReference"));

    // Money first, as the API's precedence says, then keys. A draft whose keys fall short gives its money back, and that may be what an
    // earlier, poorer draft was refused for; so the poor are asked again until nobody's failure frees anything.
    private static async ValueTask ClaimInTurnAsync(
        IIntakeTransaction transaction, List<int> open, IReadOnlyList<OrderClaim?> claims, Wallets wallets, IntakeOutcome[] outcomes)
    {
        var waiting = open;
        while (waiting.Count > 0)
        {
            var poor = new List<int>();
            var rich = new List<int>(waiting.Count);
            foreach (var index in waiting)
            {
                var draft = claims[index]!.Draft;
                (wallets.TryCharge(draft.Storefront, draft.Currency, draft.Amount, draft.Held) ? rich : poor).Add(index);
            }

            await transaction.ClaimAsync(rich.ConvertAll(index => claims[index]!)).ConfigureAwait(false);
            var freed = false;
            foreach (var index in rich)
            {
                var claim = claims[index]!;
                var unused = claim.Draft.Amount;
                if (claim.IsOutOfStock)
                {
                    outcomes[index] = new IntakeOutcome.Refused(new Refusal(RefusalCode.OutOfStock));
                }
                else
                {
                    var tally = claim.Tally;
                    unused -= tally.ClaimedPrice + tally.WaitingPrice;
                    wallets.Keep(claim.Draft, tally.WaitingPrice);
                }

                if (unused > Money.Zero)
                {
                    wallets.GiveBack(claim.Draft.Storefront, claim.Draft.Currency, unused, claim.Draft.Held);
                    freed = true;
                }
            }

            if (!freed)
            {
                poor.ForEach(index => outcomes[index] = new IntakeOutcome.Refused(new Refusal(RefusalCode.InsufficientBalance)));
                return;
            }

            waiting = poor;
        }
    }

    private IntakeOutcome.Accepted Accept(OrderClaim claim, IReadOnlyDictionary<long, PaymentTerms> terms, long atMs, OrderEffects effects)
    {
        var draft = claim.Draft;
        var buyer = terms[draft.Storefront.Id].AccountOf(draft.Storefront.Id);
        var tally = claim.Tally;
        var status = draft.Held ? OrderStatus.Held
            : tally.Waiting > 0 ? OrderStatus.Processing
            : OrderStates.Close(tally.Claimed, tally.Short, 0);

        // That it has begun is in the answer; the next event says what became of it.
        if (status != OrderStatus.Processing)
        {
            effects.Outbox.Add(OutboxMessage.ForOrder(ids.Next(), draft.Storefront.Id, draft.OrderId, status, AcceptedOrder.FirstVersion) with { IsQueued = draft.Storefront.HasEndpoints });
        }

        foreach (var need in claim.Needs)
        {
            for (var i = 0; i < need.Keys.Count; i++)
            {
                effects.Move(custody, need.Keys[i], CardKeyState.Available, claim.Target, atMs, need.Part.UnitIds[i]);
            }

            // Held money is posted when the order is released.
            if (!draft.Held)
            {
                effects.PostSale(ids, buyer, draft.OrderId, draft.Currency, need.SkuId, need.Part.Price, need.Keys);
            }
        }

        return new IntakeOutcome.Accepted(new AcceptedOrder(draft, claim, status, atMs));
    }

    // A draft that shares its reference with an earlier one of the group is answered by what became of that one.
    private static void AnswerTwins(IReadOnlyList<OrderDraft> drafts, IntakeOutcome[] outcomes)
    {
        Dictionary<(long, string), int>? firsts = null;
        for (var i = 0; i < drafts.Count; i++)
        {
            if (outcomes[i] is not IntakeOutcome.Deferred)
            {
                continue;
            }

            firsts ??= FirstByReference(drafts);
            var first = firsts[(drafts[i].Storefront.Id, drafts[i].ClientReference)];
            outcomes[i] = outcomes[first] switch
            {
                IntakeOutcome.Accepted accepted => AnswerStored(drafts[i], accepted.Order.Draft.OrderId, drafts[first].ContentHash),
                IntakeOutcome.Refused refused when IsTwin(drafts[i], drafts[first]) => refused,
                _ => outcomes[i],
            };
        }
    }

    // Of the same content and judged alike: between the two the catalogue may have changed.
    private static bool IsTwin(OrderDraft one, OrderDraft other) =>
        one.ContentHash.AsSpan().SequenceEqual(other.ContentHash) && one.Verdict == other.Verdict && one.Amount == other.Amount;

    private static Dictionary<(long, string), int> FirstByReference(IReadOnlyList<OrderDraft> drafts)
    {
        var firsts = new Dictionary<(long, string), int>(drafts.Count);
        for (var i = 0; i < drafts.Count; i++)
        {
            firsts.TryAdd((drafts[i].Storefront.Id, drafts[i].ClientReference), i);
        }

        return firsts;
    }

    // The group's running sums.
    private sealed class Wallets(IReadOnlyDictionary<WalletKey, WalletBalance> before, IReadOnlyDictionary<long, PaymentTerms> terms)
    {
        private readonly Dictionary<WalletKey, WalletBalance> _now = new(before);

        public bool TryCharge(Storefront storefront, string currency, Money amount, bool held)
        {
            var key = new WalletKey(storefront.Id, currency);
            var wallet = _now[key];
            if (wallet.Balance - wallet.Held - amount < terms[storefront.Id].WalletFloor)
            {
                return false;
            }

            _now[key] = Change(wallet, amount, held);
            return true;
        }

        /// <summary>Keeps back what has been charged for units that wait.</summary>
        public void Keep(OrderDraft draft, Money amount)
        {
            if (amount > Money.Zero && !draft.Held)
            {
                var key = new WalletKey(draft.Storefront.Id, draft.Currency);
                _now[key] = new WalletBalance(_now[key].Balance + amount, _now[key].Held + amount);
            }
        }

        public void GiveBack(Storefront storefront, string currency, Money amount, bool held)
        {
            var key = new WalletKey(storefront.Id, currency);
            _now[key] = Change(_now[key], -amount, held);
        }

        public void CopyChangesTo(Dictionary<WalletKey, WalletBalance> changes)
        {
            foreach (var (key, wallet) in _now)
            {
                if (wallet != before[key])
                {
                    changes.Add(key, wallet);
                }
            }
        }

        private static WalletBalance Change(WalletBalance wallet, Money amount, bool held) => held
            ? wallet with { Held = wallet.Held + amount }
            : wallet with { Balance = wallet.Balance - amount };
    }
}

using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Ledger;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Webhooks;

namespace Fulfilment.Core.AfterSales;

/// <summary>
/// What a case comes to, inside its transaction: other codes for all of its units, or the price of all of them. Both the request that needs no operator and
/// the approval end here.
/// </summary>
public sealed class CompleteCase(ICatalogue catalogue, CustodyChain custody, ICustodySeal seal, IdGenerator ids, BusinessCalendar calendar)
{
    /// <summary>What to write; or <see cref="RefusalCode.OutOfStock"/>, with no key taken.</summary>
    internal async ValueTask<Result<CompletedCase>> RunAsync(IAfterSalesTransaction transaction, AfterSalesCase pending, AfterSalesFacts facts, CaseDecision decision)
    {
        AfterSalesCase.States.Require(pending.Status, AfterSalesStatus.Done);
        var done = pending with
        {
            Status = AfterSalesStatus.Done,
            DecidedAtMs = decision.At.ToUnixTimeMilliseconds(),
            DecidedBy = decision.Operator,
            DecisionReason = decision.Reason,
        };
        var inCase = pending.Units.Select(unit => unit.UnitId).ToHashSet();
        var parts = facts.Order.Lines
            .SelectMany(line => line.Units.Where(unit => inCase.Contains(unit.Id)).GroupBy(unit => (unit.SkuId, unit.Price)), (line, units) => new Part(line, [.. units]))
            .ToList();
        var completed = pending.Kind == AfterSalesKind.Replacement
            ? await ReplaceAsync(transaction, done, facts, parts, decision.At).ConfigureAwait(false)
            : Refund(done, facts, parts);
        return completed.Refusal is null ? completed.Value with { Flags = Flags(done, parts, decision) } : completed;
    }

    private async ValueTask<Result<CompletedCase>> ReplaceAsync(
        IAfterSalesTransaction transaction, AfterSalesCase done, AfterSalesFacts facts, IReadOnlyList<Part> parts, DateTimeOffset at)
    {
        OrderStates.Units.Require(UnitState.Delivered, UnitState.Replaced);
        var claims = parts.Select(part => ClaimFor(part, at)).ToList();
        if (!await transaction.ClaimAsync(claims).ConfigureAwait(false))
        {
            return new Refusal(RefusalCode.OutOfStock);
        }

        var effects = new OrderEffects();
        var newUnits = new List<ReplacementUnit>();
        foreach (var (part, claim) in parts.Zip(claims))
        {
            for (var i = 0; i < part.Units.Count; i++)
            {
                var (key, newId) = (claim.Keys[i], claim.Part.UnitIds[i]);
                effects.Move(custody, key, CardKeyState.Available, CardKeyState.Delivered, done.DecidedAtMs!.Value, newId);
                newUnits.Add(new ReplacementUnit(newId, part.Line.Id, key.Origin.CardKeyId, part.Units[i]));
            }

            effects.PostCost(ids, facts.Order.Id, part.SkuId, claim.Keys);
        }

        effects.CloseDay(facts.CustodyDay, seal);
        effects.Outbox.AddRange(done.Units.Select(unit => Event(WebhookEvent.UnitReplaced, facts.Order, facts.Order.Status, unit.UnitId)));
        var newIds = newUnits.ToDictionary(unit => unit.Replaced.Id, unit => unit.Id);
        var replaced = done with { Units = [.. done.Units.Select(unit => unit with { NewUnitId = newIds[unit.UnitId] })] };
        return new CompletedCase(replaced, facts.Order, facts.Order.Status, new Dictionary<long, OrderStatus>(), UnitState.Replaced, newUnits, [], effects);
    }

    private Result<CompletedCase> Refund(AfterSalesCase done, AfterSalesFacts facts, IReadOnlyList<Part> parts)
    {
        OrderStates.Units.Require(UnitState.Delivered, UnitState.Refunded);
        var order = facts.Order;
        var effects = new OrderEffects();
        var prices = new Dictionary<long, Money>();
        var total = Money.Zero;
        foreach (var part in parts)
        {
            var amount = part.Price * part.Units.Count;
            total += amount;
            effects.Post(ids, TransferKind.Refund, Account.Revenue(part.SkuId), facts.Terms.AccountOf(order.StorefrontId), amount, order.Currency, order.Id);
            foreach (var unit in part.Units)
            {
                prices.Add(unit.Id, part.Price);
            }
        }

        if (total > Money.Zero)
        {
            effects.Wallets.Add(new WalletKey(order.StorefrontId, order.Currency), facts.Wallet with { Balance = facts.Wallet.Balance + total });
        }

        // A line, and the order, is refunded once nothing of it is left with the buyer; until then it stays what its deliveries made it.
        var lines = parts.Select(part => part.Line).Distinct().Where(line => LeftAfter(line, prices) == 0).ToDictionary(line => line.Id, _ => OrderStatus.Refunded);
        var all = order.Lines.Sum(line => LeftAfter(line, prices)) == 0;
        if (all)
        {
            OrderStates.Orders.Require(order.Status, OrderStatus.Refunded);
        }

        var status = all ? OrderStatus.Refunded : order.Status;
        effects.Outbox.AddRange(all
            ? [Event(WebhookEvent.OrderRefunded, order, status)]
            : done.Units.Select(unit => Event(WebhookEvent.UnitRefunded, order, status, unit.UnitId)));
        var refunded = done with { Units = [.. done.Units.Select(unit => unit with { Refunded = prices[unit.UnitId] })] };
        return new CompletedCase(refunded, order, status, lines, UnitState.Refunded, [], [], effects);
    }

    private PartClaim ClaimFor(Part part, DateTimeOffset at)
    {
        var sku = catalogue.Current.FindSku(part.SkuId)
            ?? throw new InvalidOperationException($"SKU {part.SkuId} is in an order and not in the catalogue.");
        var unitIds = new long[part.Units.Count];
        for (var i = 0; i < unitIds.Length; i++)
        {
            unitIds[i] = ids.Next();
        }

        return new PartClaim(new DraftPart(sku, unitIds, part.Price, calendar.DayOf(at) + sku.MinRemainingDays));
    }

    private List<CardKeyFlag> Flags(AfterSalesCase done, IReadOnlyList<Part> parts, CaseDecision decision)
    {
        var reason = decision.Reason ?? done.Reason;
        var flags = new List<CardKeyFlag>();
        foreach (var key in parts.SelectMany(part => part.Units).Select(unit => unit.CardKeyId).OfType<long>())
        {
            flags.Add(new CardKeyFlag(ids.Next(), key, CardKeyFlagKind.Withdrawn, done.Id, decision.Actor.Name, reason));
            if (decision.BadCard)
            {
                flags.Add(new CardKeyFlag(ids.Next(), key, CardKeyFlagKind.BadCard, done.Id, decision.Actor.Name, reason));
            }
        }

        return flags;
    }

    private OutboxMessage Event(WebhookEvent type, StoredOrder order, OrderStatus status, long? unitId = null) =>
        new(ids.Next(), order.StorefrontId, type, order.Id, status, order.Version + 1, unitId);

    private static int LeftAfter(StoredLine line, Dictionary<long, Money> refunded) =>
        line.Units.Count(unit => (unit.State == UnitState.Delivered || OrderStates.IsOpen(unit.State)) && !refunded.ContainsKey(unit.Id));

    // Units of one line that are the same: of one SKU and price.
    private sealed record Part(StoredLine Line, IReadOnlyList<StoredUnit> Units)
    {
        public long SkuId => Units[0].SkuId;

        public Money Price => Units[0].Price;
    }
}

/// <summary>Who lets a case be done, and what is said about it.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Whose request does it.</param>
/// <param name="Operator">The operator who approved; null when the rules let it through.</param>
/// <param name="Reason">Why the operator approved.</param>
/// <param name="BadCard">Whether the codes did not work and are to be claimed from their supplier.</param>
internal sealed record CaseDecision(DateTimeOffset At, Auditing.Actor Actor, string? Operator, string? Reason, bool BadCard);

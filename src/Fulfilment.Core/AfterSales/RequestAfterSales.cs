using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.AfterSales;

/// <summary>
/// Opens a case, once for each idempotency key. A storefront's is done in the same transaction when no unit's code was shown, or the SKU's allowance of
/// the day covers those that were; else, and always when an operator asks, it waits for a decision.
/// </summary>
public sealed class RequestAfterSales(
    IAfterSalesStore store, CompleteCase complete, ICardKeyPool pool, ICatalogue catalogue, IdGenerator ids, BusinessCalendar calendar, TimeProvider time)
{
    private const string Operation = "afterSales";
    private const int LongestReason = 500;

    private readonly AfterSalesRules _rules = new(catalogue, calendar);

    /// <summary>
    /// The case; or <see cref="RefusalCode.InvalidRequest"/>, <see cref="RefusalCode.IdempotencyMismatch"/>, <see cref="RefusalCode.NotFound"/>,
    /// <see cref="RefusalCode.UnknownUnit"/>, <see cref="RefusalCode.AlreadyInCase"/>, <see cref="RefusalCode.NotEligible"/>,
    /// <see cref="RefusalCode.OutOfStock"/>: then nothing was stored, and the key is not used up.
    /// </summary>
    /// <param name="request">What is asked.</param>
    /// <param name="storefrontId">Whose key asks; null: an operator's.</param>
    /// <param name="actor">Who asks.</param>
    public async Task<Result<RequestedCase>> HandleAsync(AfterSalesRequest request, long? storefrontId, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(actor);
        var unitIds = UnitIds(request);
        if (Check(request, unitIds) is { } malformed)
        {
            return malformed;
        }

        var known = new KnownRequest(Operation, HashOf(request, unitIds), ids.Next());
        CompletedCase? completed = null;
        var requested = await store.RunAsync<Result<RequestedCase>>(async transaction =>
        {
            completed = null;
            if (await transaction.FindRequestAsync(actor.Name, request.IdempotencyKey!).ConfigureAwait(false) is { } first)
            {
                return await RepeatAsync(transaction, first, known).ConfigureAwait(false);
            }

            var now = time.GetUtcNow();
            var facts = await transaction.ReadAsync(request.OrderId, calendar.DayOf(now), ids.Node).ConfigureAwait(false);
            if (facts is null || (storefrontId is not null && facts.Order.StorefrontId != storefrontId))
            {
                return new Refusal(RefusalCode.NotFound);
            }

            var judged = _rules.Judge(facts, request.Kind, unitIds, byOperator: storefrontId is null, now);
            if (judged.Refusal is { } refusal)
            {
                return refusal;
            }

            var through = storefrontId is { } storefront
                ? await _rules.LetThroughAsync(transaction, storefront, judged.Value, calendar.DayOf(now)).ConfigureAwait(false)
                : null;
            var opened = Open(known.CaseId, request, facts.Order, through ?? judged.Value, actor);
            if (through is not null)
            {
                var done = await complete.RunAsync(transaction, opened, facts, new CaseDecision(now, actor, null, null, BadCard: false)).ConfigureAwait(false);
                if (done.Refusal is { } impossible)
                {
                    return impossible;
                }

                completed = done.Value;
            }

            await transaction.OpenAsync(opened, request.IdempotencyKey!, known).ConfigureAwait(false);
            if (completed is not null)
            {
                await transaction.CompleteAsync(completed).ConfigureAwait(false);
            }

            var stored = completed?.Case ?? opened;
            await transaction.RecordAsync(CaseAudit.Entry(ids.Next(), actor, "afterSales.requested", null, stored)).ConfigureAwait(false);
            return new RequestedCase(stored, IsRepeat: false);
        }).ConfigureAwait(false);
        pool.ReportReplacements(completed);
        return requested;
    }

    private static async ValueTask<Result<RequestedCase>> RepeatAsync(IAfterSalesTransaction transaction, KnownRequest first, KnownRequest repeat)
    {
        if (first.Operation != repeat.Operation || !first.Hash.AsSpan().SequenceEqual(repeat.Hash))
        {
            return new Refusal(RefusalCode.IdempotencyMismatch);
        }

        var stored = await transaction.FindCaseAsync(first.CaseId).ConfigureAwait(false);
        return new RequestedCase(stored ?? throw new InvalidOperationException($"Case {first.CaseId} has an idempotency key and is not there."), IsRepeat: true);
    }

    /// <summary>The ids of the request; 0 where a text is none.</summary>
    internal static List<long> UnitIds(AfterSalesRequest request) =>
        [.. request.UnitIds.Select(text => PublicId.TryParse(PublicId.Unit, text, out var id) ? id : 0)];

    internal static Refusal? Check(AfterSalesRequest request, List<long> unitIds)
    {
        var refusal = Field.IdempotencyKey(request.IdempotencyKey)
            ?? Field.Text(request.Reason, "/reason", LongestReason, required: true)
            ?? (unitIds.Count is > 0 and <= AfterSalesCase.MostUnits ? null : Field.Refuse("/unitIds", $"A case has 1 to {AfterSalesCase.MostUnits} units."));
        var seen = new HashSet<long>();
        for (var i = 0; refusal is null && i < unitIds.Count; i++)
        {
            // What is no id of a unit is told so by the order, which has no such unit.
            refusal = unitIds[i] == 0 || seen.Add(unitIds[i])
                ? null
                : Field.Refuse(string.Create(CultureInfo.InvariantCulture, $"/unitIds/{i}"), "This unit is listed twice.");
        }

        return refusal;
    }

    // Over what the request means: the order of the units says nothing. The reason comes last, so that no other text reads the same.
    internal static byte[] HashOf(AfterSalesRequest request, List<long> unitIds) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{request.OrderId} {(int)request.Kind} {string.Join(',', unitIds.Order())} {request.Reason}")));

    private static AfterSalesCase Open(long id, AfterSalesRequest request, StoredOrder order, IReadOnlyList<AfterSalesUnit> units, Actor actor) => new()
    {
        Id = id,
        StorefrontId = order.StorefrontId,
        OrderId = order.Id,
        Kind = request.Kind,
        Status = AfterSalesStatus.PendingApproval,
        Reason = request.Reason!,
        RequestedBy = actor.Name,
        Units = units,
    };
}

/// <summary>A request for after-sales as it came.</summary>
/// <param name="OrderId">Of which order.</param>
/// <param name="Kind">What is asked for.</param>
/// <param name="UnitIds">Public ids of units, in any order.</param>
/// <param name="Reason">Why.</param>
/// <param name="IdempotencyKey">Unique for who asks.</param>
public sealed record AfterSalesRequest(long OrderId, AfterSalesKind Kind, IReadOnlyList<string?> UnitIds, string? Reason, string? IdempotencyKey);

/// <summary>A case that was asked for.</summary>
/// <param name="Case">As it is now.</param>
/// <param name="IsRepeat">Whether an earlier request opened it.</param>
public sealed record RequestedCase(AfterSalesCase Case, bool IsRepeat);

using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ids;

namespace Fulfilment.Core.Sandbox;

/// <summary>
/// Opens an after-sales case of the sandbox, once for each idempotency key, by the rules of real ones. Nobody is there to approve what has to wait, so it
/// is decided by itself after <see cref="SandboxCase.Wait"/>; the reason chooses other outcomes.
/// </summary>
public sealed class RequestSandboxAfterSales(ISandboxCaseStore store, IdGenerator ids, BusinessCalendar calendar, TimeProvider time)
{
    /// <summary>The reason of a case that is rejected, if it has to wait.</summary>
    public const string RejectReason = "sandbox: reject";

    /// <summary>The reason of a replacement that finds no stock, if it need not wait.</summary>
    public const string OutOfStockReason = "sandbox: out of stock";

    private readonly AfterSalesRules _rules = new(SandboxSkus.Catalogue, calendar);

    /// <summary>The case; or a refusal as <see cref="RequestAfterSales.HandleAsync"/> gives them, and nothing was stored.</summary>
    public Task<Result<RequestedSandboxCase>> HandleAsync(AfterSalesRequest request, long storefrontId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var unitIds = RequestAfterSales.UnitIds(request);
        return RequestAfterSales.Check(request, unitIds) is { } malformed
            ? Task.FromResult<Result<RequestedSandboxCase>>(malformed)
            : store.OpenAsync(storefrontId, request.OrderId, request.IdempotencyKey!, RequestAfterSales.HashOf(request, unitIds), order => Judge(order, request, unitIds));
    }

    private Result<SandboxCase> Judge(SandboxOrder order, AfterSalesRequest request, List<long> unitIds)
    {
        var now = time.GetUtcNow();
        var inCases = order.Cases.Where(item => item.StatusAt(now) != AfterSalesStatus.Rejected).SelectMany(item => item.Units).Select(unit => unit.UnitId).ToHashSet();
        var judged = _rules.Judge(SandboxUnits.ForAfterSales(order, now), inCases, unitIds, byOperator: false, now);
        if (judged.Refusal is { } refusal)
        {
            return refusal;
        }

        var verdict = judged.Value.All(unit => unit.RevealedAtMs is null) ? SandboxVerdict.Through
            : request.Reason == RejectReason ? SandboxVerdict.Reject
            : SandboxVerdict.Approve;
        if (verdict == SandboxVerdict.Through && request is { Kind: AfterSalesKind.Replacement, Reason: OutOfStockReason })
        {
            return new Refusal(RefusalCode.OutOfStock);
        }

        var id = ids.Next();
        return new SandboxCase(id, order.StorefrontId, order.Id, request.Kind, request.Reason!, verdict, [.. judged.Value.Select(unit => Promise(order, request.Kind, unit))]);
    }

    private AfterSalesUnit Promise(SandboxOrder order, AfterSalesKind kind, AfterSalesUnit unit) => kind switch
    {
        AfterSalesKind.Replacement => unit with { NewUnitId = ids.Next() },
        AfterSalesKind.Refund => unit with { Refunded = SandboxUnits.LineOf(order, unit.UnitId).UnitPrice },
    };
}

using System.Collections.Concurrent;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Catalogue;
using Fulfilment.Core.Ids;
using Fulfilment.Core.Storage;
using Fulfilment.Core.Suppliers;
using Fulfilment.Core.Suppliers.Products;
using Microsoft.Extensions.Logging;

namespace Fulfilment.Core.Fulfilment;

/// <summary>
/// Sees due units on their way: chooses each one's next step in memory and commits many of them in one transaction, the attempts of suppliers among them, before
/// any supplier is called. A unit is taken by the update that gives it its next state and due time, so there is no lease to lose: what a worker does not live to
/// finish is due again by itself.
/// </summary>
public sealed partial class FulfilUnit(
    IFulfilmentStore store, ChooseRoute choose, TakeStep take, SubmissionContent content, ICatalogue catalogue, IStockLevels levels, IAlerts alerts,
    IdGenerator ids, FulfilmentOptions options, TimeProvider time, ILogger<FulfilUnit> log)
{
    // What a transaction may make others wait for.
    private const int MostInTransaction = 100;

    private static readonly TimeSpan PauseOfFaulty = TimeSpan.FromMinutes(1), NoneFor = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<long, long> _foundNone = [];

    /// <summary>Begins what is due, at most so many units, and gives the submissions that are committed now. Each must be handed to <see cref="SubmitAttempt"/>.</summary>
    public async Task<BegunUnits> BeginAsync(int most, CancellationToken cancellation)
    {
        var limit = Math.Min(most, MostInTransaction);
        var due = await store.FindPendingAsync(time.GetUtcNow(), limit, cancellation).ConfigureAwait(false);
        if (due.Count == 0)
        {
            return BegunUnits.None;
        }

        var stock = await StockAsync(due, cancellation).ConfigureAwait(false);
        var passedBy = new HashSet<PassedRoute>();
        var plans = new List<UnitPlan>(due.Count);
        try
        {
            foreach (var pending in due)
            {
                await PlanAsync(pending, stock, passedBy, plans).ConfigureAwait(false);
            }

            foreach (var route in passedBy)
            {
                await WarnAsync(route).ConfigureAwait(false);
            }

            await TakeAsync(plans).ConfigureAwait(false);
            RememberEmpty(plans);
        }
        finally
        {
            plans.ForEach(plan => plan.ReleaseUnlessBegun());
        }

        return new BegunUnits(due.Count >= limit, plans.Exists(plan => plan.Step is NextStep.Wait { ForRoom: true }), [.. plans.Where(plan => plan.Begun is not null).Select(plan => plan.Begun!)]);
    }

    private async Task PlanAsync(PendingUnit pending, Func<Sku, bool> stock, HashSet<PassedRoute> passedBy, List<UnitPlan> plans)
    {
        var now = time.GetUtcNow();
        try
        {
            var step = choose.Run(pending, now, stock, route => passedBy.Add(route));
            var plan = new UnitPlan(pending.Unit, step);
            plans.Add(plan);
            if (step is NextStep.Submit submit)
            {
                plan.Submission = NewSubmission(pending, submit, now);
            }
        }
#pragma warning disable CA1031 // Whatever is wrong with this unit, the others must not wait for it.
        catch (Exception exception) when (exception is not NodeLeaseLostException)
#pragma warning restore CA1031
        {
            LogFaulty(exception, PublicId.Format(PublicId.Unit, pending.Unit.Id));
            plans.RemoveAll(plan =>
            {
                var isFaulty = plan.Unit.Id == pending.Unit.Id;
                if (isFaulty)
                {
                    plan.ReleaseUnlessBegun();
                }

                return isFaulty;
            });
            await PauseAsync(pending.Unit).ConfigureAwait(false);
        }
    }

    private Submission NewSubmission(PendingUnit pending, NextStep.Submit submit, DateTimeOffset now)
    {
        var permit = new SendPermit(time, options.SendWithin);
        var attempt = new Attempt(
            ids.Next(), pending.Unit.OrderId, pending.Unit.Id, submit.Supplier.Id, submit.SupplierSku, AttemptState.Submitted, submit.Cost, submit.CostCurrency,
            permit.SendBefore.ToUnixTimeMilliseconds() + 1);
        var due = SupplierTimes.Of(submit.Slot.Supplier).AfterSubmission(permit.SendBefore);
        return new Submission(attempt, content.RequestOf(attempt, pending, submit), submit.Slot, permit, due, now);
    }

    // All at once, and each alone where that fails: one faulty record keeps no other unit waiting.
    private async Task TakeAsync(List<UnitPlan> plans)
    {
        try
        {
            await take.RunAsync(plans).ConfigureAwait(false);
            return;
        }
        catch (Exception exception) when (exception is not (NodeLeaseLostException or StorageConflictException) && plans.Count > 1)
        {
            LogTogether(exception, plans.Count);
        }

        foreach (var plan in plans)
        {
            try
            {
                await take.RunAsync([plan]).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Said, and put off; the others must not wait for it.
            catch (Exception exception) when (exception is not NodeLeaseLostException)
#pragma warning restore CA1031
            {
                LogFaulty(exception, PublicId.Format(PublicId.Unit, plan.Unit.Id));
                await PauseAsync(plan.Unit).ConfigureAwait(false);
            }
        }
    }

    private async Task PauseAsync(FoundUnit unit)
    {
        try
        {
            await store.RunAsync(transaction => transaction.MoveUnitAsync(unit, unit.State, (time.GetUtcNow() + PauseOfFaulty).ToUnixTimeMilliseconds())).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It is due again at once then, and was said already.
        catch (Exception exception) when (exception is not NodeLeaseLostException)
#pragma warning restore CA1031
        {
            LogFaulty(exception, PublicId.Format(PublicId.Unit, unit.Id));
        }
    }

    // The levels may be a second old, and count keys that end too soon: where a look into the table found none, they are not believed for a while.
    private async Task<Func<Sku, bool>> StockAsync(IReadOnlyList<PendingUnit> due, CancellationToken cancellation)
    {
        var isAsked = due.Select(pending => pending.Unit.SkuId).Distinct()
            .Any(id => catalogue.Current.FindSku(id) is { } sku && SupplyRoutes.InOrder(sku).Any(route => route.Source == RouteSource.Pool));
        var available = isAsked ? await levels.GetAsync(cancellation).ConfigureAwait(false) : null;
        return sku => available?.GetValueOrDefault(sku.Id) > 0
            && (!_foundNone.TryGetValue(sku.Id, out var at) || time.GetElapsedTime(at) >= NoneFor);
    }

    private void RememberEmpty(List<UnitPlan> plans)
    {
        foreach (var plan in plans.Where(plan => plan.FoundNoKey))
        {
            _foundNone[plan.Unit.SkuId] = time.GetTimestamp();
        }
    }

    // A unit sold at a price of before passes its routes by as well; only what the catalogue has inverted now is the watch's to resolve.
    private Task WarnAsync(PassedRoute route)
    {
        var passed = route.IsCostKnown ? WatchPrices.FindInversion(route.Sku, route.Supplier) : WatchPrices.Unlimited(route.Supplier.Code, route.Sku.Code);
        return passed is null ? Task.CompletedTask : alerts.RaiseAsync(passed);
    }

    [LoggerMessage(1, LogLevel.Error, "Unit {Unit} could not be begun; it is put off, and the others go on.")]
    private partial void LogFaulty(Exception exception, string unit);

    [LoggerMessage(2, LogLevel.Warning, "{Count} units could not be begun together; each is tried alone.")]
    private partial void LogTogether(Exception exception, int count);
}

/// <summary>What a worker has begun.</summary>
/// <param name="IsMore">Whether others may be due behind those.</param>
/// <param name="WaitsForRoom">Whether units wait for a supplier that is busy.</param>
/// <param name="Submissions">Those that a supplier is to be asked for now.</param>
public sealed record BegunUnits(bool IsMore, bool WaitsForRoom, IReadOnlyList<Submission> Submissions)
{
    /// <summary>Nothing was due.</summary>
    public static readonly BegunUnits None = new(IsMore: false, WaitsForRoom: false, []);
}

/// <summary>A committed attempt that waits to be sent. No record, so that no log prints a recipient.</summary>
public sealed class Submission(Attempt attempt, SupplierRequest request, SupplierSlot slot, SendPermit permit, DateTimeOffset due, DateTimeOffset at)
{
    /// <summary>As it is stored.</summary>
    public Attempt Attempt { get; } = attempt;

    /// <summary>What is asked for.</summary>
    public SupplierRequest Request { get; } = request;

    /// <summary>The right to ask.</summary>
    public SupplierSlot Slot { get; } = slot;

    /// <summary>Lets it out of this machine, once and in time.</summary>
    public SendPermit Permit { get; } = permit;

    /// <summary>When somebody must look if the process that sends it dies.</summary>
    public DateTimeOffset Due { get; } = due;

    /// <summary>When it was planned.</summary>
    public DateTimeOffset At { get; } = at;
}

/// <summary>A unit and what is to happen with it.</summary>
internal sealed class UnitPlan(FoundUnit unit, NextStep step)
{
    public FoundUnit Unit { get; } = unit;

    public NextStep Step { get; } = step;

    public Submission? Submission { get; set; }

    /// <summary>The submission once it is committed.</summary>
    public Submission? Begun { get; set; }

    /// <summary>Whether a card key was to be taken from the stock, and there was none.</summary>
    public bool FoundNoKey { get; set; }

    /// <summary>Gives the supplier's slot back where nothing is sent.</summary>
    public void ReleaseUnlessBegun()
    {
        if (Begun is null && Step is NextStep.Submit submit)
        {
            submit.Slot.Dispose();
        }
    }
}

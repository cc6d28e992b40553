using Fulfilment.Core;
using Fulfilment.Core.Fulfilment.Manual;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Backups;
using Fulfilment.Infrastructure.Storage.Sqlite;
using static Fulfilment.Infrastructure.Tests.Fulfilment.Manual.HandDesk;

namespace Fulfilment.Infrastructure.Tests.Fulfilment.Manual;

/// <summary>What people do with units, with time and suppliers in the test's hands.</summary>
public sealed class HandTests
{
    private static readonly SupplierTiming DayLong = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromHours(24), TimeSpan.FromMinutes(10));

    [Fact]
    public async Task LeaseThatEnded_IsFree_AndItsHolderDeliversNoMore()
    {
        await using var desk = await OpenAsync(Workshop.Person);
        var (_, unit) = await desk.QueuedAsync();
        Assert.Null((await desk.Take.TakeAsync(unit, Li)).Refusal);
        desk.Shop.Pass(TimeSpan.FromMinutes(14));
        Assert.Equal(RefusalCode.StateConflict, (await desk.Take.TakeAsync(unit, Wang)).Refusal?.Code);
        Assert.Null((await desk.Take.TakeAsync(unit, Li)).Refusal);
        desk.Shop.Pass(TimeSpan.FromMinutes(14));
        Assert.Equal(RefusalCode.StateConflict, (await desk.Take.TakeAsync(unit, Wang)).Refusal?.Code);

        desk.Shop.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(RefusalCode.StateConflict, (await desk.DeliverCodeAsync(unit, "TOO-LATE-1", Li)).Refusal?.Code);
        Assert.Null((await desk.Take.TakeAsync(unit, Wang)).Refusal);
        Assert.Equal(UnitDecisionStatus.Done, (await desk.DeliverCodeAsync(unit, "IN-TIME-1", Wang)).Value.Status);
        await desk.Shop.AssertSoundAsync();
    }

    [Fact]
    public async Task TwoPeopleAtOnce_OneUnit_OneDelivery()
    {
        await using var desk = await OpenAsync(Workshop.Person);
        for (var i = 0; i < 10; i++)
        {
            var (order, unit) = await desk.QueuedAsync();
            var taken = await Task.WhenAll(new[] { Li, Wang, Li, Wang }.Select(actor => Task.Run(() => desk.Take.TakeAsync(unit, actor))));
            Assert.Single(taken.Where(lease => lease.Refusal is null).Select(lease => lease.Value.TakenBy).Distinct());

            var delivered = await Task.WhenAll(new[] { Li, Wang, Li, Wang }.Select((actor, n) => Task.Run(() => desk.DeliverCodeAsync(unit, $"RACE-{i}-{n}", actor))));
            Assert.Single(delivered, decision => decision.Refusal is null);
            Assert.Equal(OrderStatus.Fulfilled, (await desk.Shop.NowAsync(order)).Status);
        }

        await desk.Shop.AssertSoundAsync();
    }

    [Fact]
    public async Task UnknownWhoseWindowIsOver_CanBeSettled_AndNotBefore()
    {
        await using var desk = await OpenAsync(Workshop.Acme, Workshop.Person);
        desk.Shop.Acme1.OnIssue = _ => ScriptedSupplier.Unknown();
        desk.Shop.Acme1.OnQuery = _ => ScriptedSupplier.Unknown();
        var (order, unit) = await desk.UnknownAsync();
        Assert.Equal(RefusalCode.StateConflict, (await desk.Settle.ProposeAsync(unit, Rejected(), Li)).Refusal?.Code);
        Assert.Equal(RefusalCode.StateConflict, (await desk.Take.TakeAsync(unit, Li)).Refusal?.Code);

        desk.Shop.Pass(DayLong.QueryWindow);
        var proposed = (await desk.Settle.ProposeAsync(unit, Rejected(), Li)).Value;
        Assert.Equal(RefusalCode.SecondPersonRequired, (await desk.Decide.ApproveAsync(proposed.Id, Li)).Refusal?.Code);
        Assert.Equal(UnitState.Unknown, (await desk.Shop.UnitAsync(order)).State);
        Assert.Null((await desk.Decide.ApproveAsync(proposed.Id, Wang)).Refusal);
        await desk.Shop.FinishAsync();
        Assert.Equal(UnitState.Manual, (await desk.Shop.UnitAsync(order)).State);
        Assert.Single(desk.Shop.Acme1.Arrivals);
        await desk.Shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SubmissionThatMayBeUnderWay_IsSettledByNobody()
    {
        await using var desk = await OpenAsync(Workshop.Acme);
        desk.Shop.Acme1.CanQuery = false;
        desk.Shop.Acme1.OnIssue = _ => ScriptedSupplier.Unknown();
        var order = await desk.Shop.OrderAsync();
        await desk.Shop.Node.LookAsync();

        Assert.Equal(RefusalCode.StateConflict, (await desk.Settle.ProposeAsync((await desk.Shop.UnitAsync(order)).Id, Rejected(), Li)).Refusal?.Code);
    }

    [Fact]
    public async Task CallbackBeforeTheApproval_Wins()
    {
        await using var desk = await OpenAsync(Workshop.Acme, Workshop.Bolt);
        desk.Shop.Acme1.CanQuery = false;
        desk.Shop.Acme1.OnIssue = desk.Shop.Acme1.IssueSilently;
        var (order, unit) = await desk.UnknownAsync();
        var proposed = (await desk.Settle.ProposeAsync(unit, Rejected(), Li)).Value;
        var (reference, outcome) = Assert.Single(desk.Shop.Acme1.Issued);
        await desk.Shop.CallBackAsync("acme", reference, outcome);

        Assert.Equal(RefusalCode.StateConflict, (await desk.Decide.ApproveAsync(proposed.Id, Wang)).Refusal?.Code);
        Assert.Equal(OrderStatus.Fulfilled, (await desk.Shop.NowAsync(order)).Status);
        Assert.Empty(desk.Shop.Bolt1.Arrivals);
        await desk.Shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SettledAsRejected_AndIssuedAfterAll_IsAContradiction()
    {
        await using var desk = await OpenAsync(Workshop.Acme, Workshop.Bolt);
        desk.Shop.Acme1.CanQuery = false;
        desk.Shop.Acme1.OnIssue = desk.Shop.Acme1.IssueSilently;
        var (order, unit) = await desk.UnknownAsync();
        await desk.Decide.ApproveAsync((await desk.Settle.ProposeAsync(unit, Rejected(), Li)).Value.Id, Wang);
        await desk.Shop.FinishAsync();
        Assert.Equal(OrderStatus.Fulfilled, (await desk.Shop.NowAsync(order)).Status);

        var (reference, outcome) = Assert.Single(desk.Shop.Acme1.Issued);
        await desk.Shop.CallBackAsync("acme", reference, outcome);
        Assert.Single(await desk.Shop.DiscrepanciesAsync());
        await desk.Shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SettledAsIssued_DeliversTheCode_OnceWhateverHappensAtOnce()
    {
        await using var desk = await OpenAsync(Workshop.Acme);
        desk.Shop.Acme1.CanQuery = false;
        desk.Shop.Acme1.OnIssue = _ => ScriptedSupplier.Unknown();
        var (order, unit) = await desk.UnknownAsync();
        var proposals = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => desk.Settle.ProposeAsync(unit, Issued($"EVIDENT-{i}"), Li))));
        var proposed = Assert.Single(proposals, proposal => proposal.Refusal is null).Value;

        var approvals = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => desk.Decide.ApproveAsync(proposed.Id, Wang))));
        Assert.Single(approvals, approval => approval.Refusal is null);
        Assert.Equal(OrderStatus.Fulfilled, (await desk.Shop.NowAsync(order)).Status);
        Assert.Null(approvals.Single(approval => approval.Refusal is null).Value.Content!.Code);
        await desk.Shop.AssertSoundAsync();
    }

    // What failed in the backup may have been sent round its routes again after it, and issued.
    [Fact]
    public async Task ResubmittedAfterARestore_GoesToAPerson_AndToNoSupplier()
    {
        await using var desk = await OpenAsync(Workshop.Acme);
        var order = await desk.Shop.OrderAsync(quantity: 2);
        desk.Shop.Acme1.OnIssue = request => desk.Shop.Acme1.Arrivals.Count == 1 ? ScriptedSupplier.Reject() : ScriptedSupplier.Answer(new SupplierOutcome.Processing());
        await desk.Shop.Node.LookAsync();
        await desk.Shop.Node.LookAsync();
        var failed = (await desk.Shop.NowAsync(order)).Lines[0].Units.Single(unit => unit.State == UnitState.Failed);
        await new RestoredRecords(desk.Shop.Engine.Storage.Database, desk.Shop.Engine.Ids, desk.Shop.Engine.Time).KeepUnitsFromSuppliersAsync();

        Assert.Null((await desk.Resubmit.RunAsync(failed.Id, "in stock again", Li)).Refusal);
        await desk.Shop.Node.LookAsync();

        Assert.Equal(UnitState.Manual, (await desk.Shop.NowAsync(order)).Lines[0].Units.Single(unit => unit.Id == failed.Id).State);
        Assert.Equal(2, desk.Shop.Acme1.Arrivals.Count);
    }

    [Fact]
    public async Task Resubmitted_TheRouteThatRejectedIsAskedAgain_OnceForEachTry()
    {
        await using var desk = await OpenAsync(Workshop.Acme);
        desk.Shop.Acme1.OnIssue = _ => ScriptedSupplier.Reject();
        var order = await desk.Shop.OrderAsync(quantity: 2);
        desk.Shop.Acme1.OnIssue = request => desk.Shop.Acme1.Arrivals.Count == 1 ? ScriptedSupplier.Reject() : ScriptedSupplier.Answer(new SupplierOutcome.Processing());
        await desk.Shop.Node.LookAsync();
        await desk.Shop.Node.LookAsync();
        var failed = (await desk.Shop.NowAsync(order)).Lines[0].Units.Single(unit => unit.State == UnitState.Failed);
        Assert.Equal(OrderStatus.Processing, (await desk.Shop.NowAsync(order)).Status);
        await desk.Shop.AssertSoundAsync();

        desk.Shop.Acme1.OnIssue = request => ScriptedSupplier.Answer(desk.Shop.Acme1.Issue(request));
        desk.Shop.Acme1.OnQuery = request => ScriptedSupplier.Answer(desk.Shop.Acme1.Issue(request));
        Assert.Null((await desk.Resubmit.RunAsync(failed.Id, "in stock again", Li)).Refusal);
        await desk.Shop.AssertSoundAsync();
        Assert.Equal(RefusalCode.StateConflict, (await desk.Resubmit.RunAsync(failed.Id, "twice", Wang)).Refusal?.Code);
        await desk.Shop.FinishAsync();
        Assert.Equal(OrderStatus.Fulfilled, (await desk.Shop.NowAsync(order)).Status);
        Assert.Equal(3, desk.Shop.Acme1.Arrivals.Count);
        await desk.Shop.AssertSoundAsync();
    }

    // What happens at once has one time, though ids go on where a clock was set back.
    [Fact]
    public async Task DecisionCarriedOutAtOnce_WasDecidedWhenItWasProposed()
    {
        await using var desk = await OpenAsync(Workshop.Acme, Workshop.Person);
        desk.Shop.Acme1.OnIssue = _ => ScriptedSupplier.Reject();
        var (_, unit) = await desk.QueuedAsync();
        await desk.Take.TakeAsync(unit, Li);
        var order = await desk.Shop.OrderAsync(quantity: 2);
        await desk.Shop.FinishAsync();
        var units = (await desk.Shop.NowAsync(order)).Lines[0].Units;
        await desk.Take.TakeAsync(units[0].Id, Li);
        await desk.Deliver.FailAsync(units[0].Id, "closed today", Li);
        desk.Shop.Engine.Time.Step(TimeSpan.FromMilliseconds(-40));

        UnitDecision[] decided = [(await desk.DeliverCodeAsync(unit, "AT-ONCE-1", Li)).Value, (await desk.Resubmit.RunAsync(units[0].Id, "open again", Li)).Value];

        Assert.All(decided, decision => Assert.Equal((UnitDecisionStatus.Done, decision.ProposedAt.ToUnixTimeMilliseconds(), "operator:li"), (decision.Status, decision.DecidedAtMs!.Value, decision.DecidedBy)));
    }

    [Fact]
    public async Task UnitThatSomebodyHasTaken_IsNotCalledOff()
    {
        await using var desk = await OpenAsync(Workshop.Person);
        var (order, unit) = await desk.QueuedAsync();
        await desk.Take.TakeAsync(unit, Li);
        Assert.Equal(RefusalCode.NotCancellable, (await desk.Shop.Engine.Cancel.RunAsync(order.StorefrontId, order.Id))?.Code);

        desk.Shop.Pass(TakeUnit.Term);
        Assert.Null(await desk.Shop.Engine.Cancel.RunAsync(order.StorefrontId, order.Id));
        Assert.Equal(RefusalCode.StateConflict, (await desk.Take.TakeAsync(unit, Li)).Refusal?.Code);
        await desk.Shop.AssertSoundAsync();
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task EveryList_IsARangeOfItsIndex()
    {
        await using var desk = await OpenAsync(Workshop.Person);
        foreach (var state in UnitQuery.Open.Append(UnitState.Failed))
        {
            var query = new UnitQuery([state], 1, 1, 1) { SupplierId = 1, SkuId = 1, To = DateTimeOffset.UnixEpoch };
            var plan = await desk.Shop.Engine.Storage.PlanAsync(UnitOverview.ListSql(SqliteDialect.Instance, state, query));
            Assert.Contains("SEARCH u USING INDEX units_unfinished", plan.Replace("COVERING ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        var counted = await desk.Shop.Engine.Storage.PlanAsync(UnitOverview.CountSql);
        Assert.Contains("units_unfinished", counted, StringComparison.Ordinal);
        Assert.Contains("attempts_unknown", await desk.Shop.Engine.Storage.PlanAsync(UnitOverview.SumSql), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decision_KeepsNoWordInClear_AndNoCodeOnceItIsDone()
    {
        await using var desk = await OpenAsync(Workshop.Acme);
        desk.Shop.Acme1.CanQuery = false;
        desk.Shop.Acme1.OnIssue = _ => ScriptedSupplier.Unknown();
        var (_, unit) = await desk.UnknownAsync();
        var proposed = (await desk.Settle.ProposeAsync(unit, Issued("EVIDENT-1"), Li)).Value;
        Assert.Equal("EVIDENT-1", Assert.Single(await desk.Overview.ListPendingDecisionsAsync(long.MaxValue, 10, CancellationToken.None)).Content!.Code?.Secret);
        Assert.DoesNotContain("ticket", await ContentAsync(desk), StringComparison.Ordinal);
        Assert.DoesNotContain("EVIDENT", await ContentAsync(desk), StringComparison.Ordinal);

        await desk.Decide.ApproveAsync(proposed.Id, Wang);
        var history = (await desk.Overview.FindAsync(unit, CancellationToken.None))!;
        Assert.Equal(("ticket 77", null), (history.Decisions[0].Content!.Evidence, history.Decisions[0].Content!.Code?.Secret));
    }

    private static async Task<string> ContentAsync(HandDesk desk) =>
        System.Text.Encoding.Latin1.GetString(await desk.Shop.Engine.Storage.ScalarAsync<byte[]>("SELECT content FROM unit_decisions") ?? []);
}

using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>What uses a route up and what does not: nothing sent, nothing received, and a refusal for the moment.</summary>
public sealed class SpentRouteTests
{
    [Fact]
    public async Task NoSuchOrder_IsBelievedOnlyOnceTheSubmissionCannotArriveAnyMore()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = _ => Unknown();
        var order = await shop.OrderAsync();
        var began = shop.Engine.Time.GetUtcNow();

        await shop.FinishAsync();

        // Send window and total time-out of 10 s each, and 10 minutes of grace.
        Assert.True(shop.Engine.Time.GetUtcNow() - began >= TimeSpan.FromSeconds(620));
        Assert.Equal([AttemptState.Rejected, AttemptState.Issued], (await shop.AttemptsAsync()).Select(attempt => attempt.State));
        Assert.Equal(Attempt.NoSuchOrder, (await shop.AttemptsAsync())[0].Reason);
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task NoSuchOrder_CountsFromWhenItWasAsked_NotFromWhenItIsRecorded()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();
        shop.Pass(60);
        var question = Assert.Single((await shop.Node.Resolve.BeginAsync(10, CancellationToken.None)).Questions);

        // Its answer is recorded only once the grace is over.
        shop.Pass(TimeSpan.FromHours(1));
        await shop.Node.Record.RunAsync(question.Submitted.Attempt!.Id, new SupplierAnswer.NotFound(Raw("no such order")), AnswerSource.Query);

        Assert.Equal(UnitState.Unknown, (await shop.UnitAsync(order)).State);
        await shop.FinishAsync();
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task NothingSent_UsesNoRouteUp_AndTheSupplierIsLeftAloneForAWhile()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        var refused = 0;
        shop.Acme1.OnIssue = request => ++refused <= 3 ? new SupplierAnswer.NotSent("connect_failed") : Answer(shop.Acme1.Issue(request));
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();
        Assert.Equal(UnitState.Pending, (await shop.UnitAsync(order)).State);
        Assert.Equal(0, await shop.Node.LookAsync());

        await shop.FinishAsync();

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Equal([AttemptState.NotSent, AttemptState.NotSent, AttemptState.NotSent, AttemptState.Issued], (await shop.AttemptsAsync()).Select(attempt => attempt.State));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SupplierThatNeverLetsItselfBeReached_IsGivenUpWhenThePatienceIsOver()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        shop.Acme1.OnIssue = _ => new SupplierAnswer.NotSent("connect_failed");
        var order = await shop.OrderAsync();

        await shop.FinishAsync();

        Assert.Equal(UnitFailure.RoutesExhausted, (await shop.UnitAsync(order)).Failure);
        Assert.InRange((await shop.AttemptsAsync()).Count, 5, 30);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task RefusalForTheMoment_UsesNoRouteUp()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        var refused = 0;
        shop.Acme1.OnIssue = request => ++refused <= 2 ? Answer(new SupplierOutcome.Rejected("code_1007", NotNow: true)) : Answer(shop.Acme1.Issue(request));
        var order = await shop.OrderAsync();

        await shop.FinishAsync();

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Equal([AttemptState.Rejected, AttemptState.Rejected, AttemptState.Issued], (await shop.AttemptsAsync()).Select(attempt => attempt.State));
        Assert.Equal("not_now:code_1007", (await shop.AttemptsAsync())[0].Reason);
        Assert.Equal(3, shop.Acme1.Arrivals.Count);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task RefusalForTheMoment_PassesTheRouteBy_WhereAnotherSupplierCanDeliver()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = _ => Answer(new SupplierOutcome.Rejected("code_1007", NotNow: true));
        var order = await shop.OrderAsync();

        await shop.FinishAsync();

        Assert.Equal((UnitState.Delivered, 1), ((await shop.UnitAsync(order)).State, shop.Bolt1.Issued.Count));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task RefusalForTheMoment_OfWhatTheSupplierHasConfirmed_IsNotBelieved()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        shop.Acme1.OnIssue = request => Answer(new SupplierOutcome.Processing(shop.Acme1.Issue(request).Receipt));
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();

        await shop.Node.Record.RunAsync(Assert.Single(await shop.AttemptsAsync()).Id, Answer(new SupplierOutcome.Rejected("code_1007", NotNow: true)), AnswerSource.Submission);
        await shop.FinishAsync();

        Assert.Equal(AttemptState.Issued, Assert.Single(await shop.AttemptsAsync()).State);
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }
}

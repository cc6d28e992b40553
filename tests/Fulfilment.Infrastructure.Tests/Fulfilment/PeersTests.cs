using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Jobs;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>Ways in which other shops of this kind lose money, each of them impossible here.</summary>
public sealed class PeersTests
{
    [Theory]
    [InlineData("timeout")]
    [InlineData("http_502")]
    [InlineData("unreadable")]
    [InlineData("code_9999")]
    public async Task TimeoutTakenForRefusal(string reason)
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request =>
        {
            shop.Acme1.Issue(request);
            return Unknown(reason);
        };
        shop.Acme1.OnQuery = _ => Unknown(reason);
        var order = await shop.OrderAsync();
        for (var minute = 0; minute < 120; minute++)
        {
            await shop.Node.LookAsync();
            shop.Pass(60);
        }

        Assert.Equal(UnitState.Unknown, (await shop.UnitAsync(order)).State);
        Assert.Empty(shop.Bolt1.Arrivals);
        Assert.Equal([1], shop.Acme1.Arrivals.Values);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SupplierCalledInsideATransaction()
    {
        await using var shop = await Workshop.OpenAsync();
        await shop.OrderAsync();
        var submission = Assert.Single((await shop.Node.Fulfil.BeginAsync(1, CancellationToken.None)).Submissions);

        await Assert.ThrowsAsync<InvalidOperationException>(() => shop.Node.Store.RunAsync(async _ =>
        {
            await shop.Node.Submit.RunAsync(submission, CancellationToken.None);
            return true;
        }));

        Assert.Empty(shop.Acme1.Arrivals);
        Assert.Equal(1, await shop.CountAsync("attempts", "state = 10"));
    }

    [Fact]
    public async Task RollBackThatForgetsWhatWasBought()
    {
        // Whatever breaks when the outcome is stored, the attempt was committed before the call, and the supplier is asked what it did.
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync();
        var submission = Assert.Single((await shop.Node.Fulfil.BeginAsync(1, CancellationToken.None)).Submissions);
        await submission.Slot.Supplier.IssueAsync(submission.Request, submission.Permit, CancellationToken.None);
        submission.Slot.Dispose();
        await shop.Engine.Storage.BreakAsync("INSERT", "card_keys");
        await Assert.ThrowsAnyAsync<Exception>(() => shop.Node.Record.RunAsync(submission.Attempt.Id, Answer(shop.Acme1.Issued.Values.Single()), AnswerSource.Submission));
        await shop.Engine.Storage.MendAsync();

        await shop.FinishAsync(shop.AddNode(8));

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Single(shop.Acme1.Arrivals);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task LostHandOver()
    {
        // The signal that an order is there is lost, and its process with it: the row is the work.
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync();
        await new WorkSignal().WaitAsync(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);

        await shop.FinishAsync(shop.AddNode(8));

        Assert.Equal(OrderStatus.Fulfilled, (await shop.NowAsync(order)).Status);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task UnknownWithoutASuppliersNumber_SkippedByReconciliation()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();
        Assert.Null(Assert.Single(await shop.AttemptsAsync()).Receipt);

        await shop.FinishAsync();

        Assert.Single(shop.Acme1.Queries);
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SweepOfOnePage()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        await shop.OrderAsync("TOPUP", quantity: 100);
        await shop.OrderAsync("TOPUP", quantity: 100);
        await shop.OrderAsync("TOPUP", quantity: 60);

        await shop.FinishAsync();

        Assert.Equal(260, await shop.CountAsync("units", "state = 20"));
        Assert.Equal(3, await shop.CountAsync("orders", "status = 20"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task HalfDeliveredAndClosed()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        var asked = 0;
        shop.Acme1.OnIssue = request => ++asked == 2 ? shop.Acme1.IssueSilently(request) : Answer(shop.Acme1.Issue(request));
        var order = await shop.OrderAsync(quantity: 3);

        await shop.Node.LookAsync();

        // One is in doubt: neither order nor line is done, and something looks at them again.
        Assert.Equal((OrderStatus.Processing, null), ((await shop.NowAsync(order)).Status, (await shop.NowAsync(order)).CompletedAtMs));
        Assert.Equal(OrderStatus.Processing, (await shop.NowAsync(order)).Lines[0].Status);
        Assert.Equal(1, await shop.CountAsync("orders", "open_units = 1 AND due_at IS NOT NULL"));
        await shop.FinishAsync();

        Assert.Equal((OrderStatus.Fulfilled, 3), ((await shop.NowAsync(order)).Status, (int)await shop.CountAsync("units", "state = 20 AND card_key_id IS NOT NULL")));
        await shop.AssertSoundAsync();
    }

    [Theory]
    [InlineData("out of stock")]
    [InlineData("库存不足")]
    [InlineData("<html>502 Bad Gateway</html>")]
    [InlineData("系统繁忙,请稍后再试")]
    [InlineData("  ")]
    [InlineData("")]
    public async Task MessageInsteadOfACode(string message)
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request, message));
        var order = await shop.OrderAsync();

        await shop.FinishAsync();

        var shown = (await shop.Engine.Reveal.CodesAsync(order.StorefrontId, order.Id, Operator, CancellationToken.None)).Value;
        Assert.NotEqual(message, Assert.Single(shown).Secret);
        Assert.Equal([AttemptState.Unusable, AttemptState.Issued], (await shop.AttemptsAsync()).Select(attempt => attempt.State));
        Assert.Equal(1, await shop.CountAsync("discrepancies", "kind = 6"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task CodeOfWords_IsDelivered_WhereItIsKnownWhatCodesLookLike()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        shop.Acme1.OnIssue = request => Answer(new SupplierOutcome.Issued([new IssuedCode(new CodeText(null, "correct horse battery staple"), HasKnownForm: true)]));
        var order = await shop.OrderAsync();

        await shop.FinishAsync();

        var shown = (await shop.Engine.Reveal.CodesAsync(order.StorefrontId, order.Id, Operator, CancellationToken.None)).Value;
        Assert.Equal("correct horse battery staple", Assert.Single(shown).Secret);
        Assert.Equal(0, await shop.CountAsync("discrepancies"));
    }

    [Fact]
    public async Task SoldBelowCost()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme with { UnitCost = Cny(11) }, Workshop.Bolt);
        var order = await shop.OrderAsync();
        await shop.FinishAsync();
        Assert.Empty(shop.Acme1.Arrivals);
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 7 AND count = 1"));

        await shop.Engine.ChangeSkuAsync("CODE", sku => sku with { Supply = sku.Supply with { AllowLoss = true } });
        await shop.OrderAsync();
        await shop.FinishAsync();

        Assert.Single(shop.Acme1.Arrivals);
        await shop.AssertSoundAsync();
    }
}

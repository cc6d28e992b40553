using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Suppliers;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>What each outcome does to unit, order, money and stock.</summary>
public sealed class OutcomeTests
{
    [Fact]
    public async Task IssuedCode_IsDeliveredAsACardKeyLikeAnyOther()
    {
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync();

        Assert.Equal(1, await shop.Node.LookAsync());

        var unit = await shop.UnitAsync(order);
        Assert.Equal((UnitState.Delivered, OrderStatus.Fulfilled), (unit.State, (await shop.NowAsync(order)).Status));
        var attempt = Assert.Single(await shop.AttemptsAsync());
        Assert.Equal((AttemptState.Issued, $"R-{attempt.Id}"), (attempt.State, attempt.Receipt));
        var shown = (await shop.Engine.Reveal.CodesAsync(order.StorefrontId, order.Id, Operator, CancellationToken.None)).Value;
        Assert.Equal($"S{attempt.Id}", Assert.Single(shown).Secret);
        Assert.Equal(1, await shop.CountAsync("batches", "owner = 'fulfilment' AND supplier = 'acme' AND terms = 2 AND accepted = 1 AND unit_cost = 80000"));
        Assert.Equal(new WalletBalance(Cny(9_990), Money.Zero), await shop.Engine.WalletAsync());
        Assert.Equal(1, await shop.CountAsync("supplier_answers", "source = 1 AND status = 200"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task CodesOfOneDay_ShareABatch_WhichGrows()
    {
        await using var shop = await Workshop.OpenAsync();
        await shop.OrderAsync(quantity: 3);
        await shop.OrderAsync(quantity: 2);

        await shop.FinishAsync();

        Assert.Equal(1, await shop.CountAsync("batches", "accepted = 5"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task TopUp_IsDeliveredWithItsReceipt_AndOwedToTheSupplier()
    {
        await using var shop = await Workshop.OpenAsync();
        SupplierRequest? asked = null;
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(asked = request));
        var order = await shop.OrderAsync("TOPUP");

        await shop.Node.LookAsync();

        Assert.Equal(("13800000000", "A-1", false), (asked!.Recipient, asked.SupplierSku, asked.ExpectsCode));
        Assert.Equal((UnitState.Delivered, null), ((await shop.UnitAsync(order)).State, (await shop.UnitAsync(order)).CardKeyId));
        Assert.Equal(1, await shop.CountAsync("transfers", "credit_account = 9 AND amount = 80000"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task DefiniteRejection_GoesToTheNextRoute_AndThenToNone()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = _ => Reject();
        var order = await shop.OrderAsync();

        await shop.FinishAsync();
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Equal([AttemptState.Rejected, AttemptState.Issued], (await shop.AttemptsAsync()).Select(attempt => attempt.State));

        shop.Bolt1.OnIssue = _ => Reject();
        var failing = await shop.OrderAsync();
        await shop.FinishAsync();

        Assert.Equal((UnitState.Failed, UnitFailure.RoutesExhausted), ((await shop.UnitAsync(failing)).State, (await shop.UnitAsync(failing)).Failure));
        Assert.Equal(OrderStatus.Failed, (await shop.NowAsync(failing)).Status);
        Assert.Equal(new WalletBalance(Cny(9_990), Money.Zero), await shop.Engine.WalletAsync());
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task WhereAPersonComesLast_TheyAreAskedBeforeTheUnitIsGivenUp()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme, Workshop.Person);
        shop.Acme1.OnIssue = _ => Reject();
        var order = await shop.OrderAsync();

        await shop.FinishAsync();

        Assert.Equal(UnitState.Manual, (await shop.UnitAsync(order)).State);
        Assert.NotNull((await shop.UnitAsync(order)).DueAtMs);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task PoolBehindASupplier_IsTakenFromWhenTheSupplierHasRejected()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme, Workshop.Pool, Workshop.Bolt);
        await shop.Engine.AddBatchAsync(shop.Engine.Catalogue.FindSku("CODE")!, 1);
        shop.Acme1.OnIssue = _ => Reject();
        var first = await shop.OrderAsync();
        await shop.FinishAsync();
        Assert.Equal(1, await shop.CountAsync("units AS u JOIN card_keys AS k ON k.id = u.card_key_id JOIN batches AS b ON b.id = k.batch_id", "b.owner <> 'fulfilment'"));

        // Empty by now: on to the route behind it.
        var second = await shop.OrderAsync();
        await shop.FinishAsync();

        Assert.Equal([UnitState.Delivered, UnitState.Delivered], [(await shop.UnitAsync(first)).State, (await shop.UnitAsync(second)).State]);
        Assert.Single(shop.Bolt1.Arrivals);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task Processing_IsAskedAboutWhenItIsDue_AndNeverSentAgain()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = _ => Answer(new SupplierOutcome.Processing("R-1"));
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();
        Assert.Equal(UnitState.Processing, (await shop.UnitAsync(order)).State);
        Assert.Equal(0, await shop.Node.LookAsync());

        shop.Acme1.OnQuery = _ => Answer(new SupplierOutcome.Processing());
        shop.Pass(5);
        Assert.Equal(1, await shop.Node.LookAsync());
        shop.Acme1.OnQuery = request => Answer(shop.Acme1.Issue(request));
        shop.Pass(30);
        Assert.Equal(0, await shop.Node.LookAsync());
        shop.Pass(1);
        Assert.Equal(1, await shop.Node.LookAsync());

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Equal(2, Assert.Single(await shop.AttemptsAsync()).Queries);
        Assert.Empty(shop.Bolt1.Arrivals);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task Unknown_IsToldToTheStorefront_AndBecomesWhatTheSupplierSays()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();

        Assert.Equal((UnitState.Unknown, 2), ((await shop.UnitAsync(order)).State, (await shop.NowAsync(order)).Version));
        Assert.Equal(1, await shop.CountAsync("outbox", "type = 9 AND version = 2"));
        await shop.FinishAsync();

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Empty(shop.Bolt1.Arrivals);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task IssuedWithoutItsCode_IsNotTheEnd_AndTheCodeIsAskedForAtOnce()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request =>
        {
            shop.Acme1.Issue(request);
            return Answer(new SupplierOutcome.Issued([], "R-1"));
        };
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();
        Assert.Equal(UnitState.Processing, (await shop.UnitAsync(order)).State);

        Assert.Equal(1, await shop.Node.LookAsync());

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task ExpiryDay_OfAnIssuedCode_IsKept()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = _ => Answer(new SupplierOutcome.Issued([new IssuedCode(new CodeText("10001", "abc-123"), new DateOnly(2027, 1, 31))]));
        var order = await shop.OrderAsync();

        await shop.Node.LookAsync();

        Assert.Equal(new DateOnly(2027, 1, 31).DayNumber, (await shop.UnitAsync(order)).ExpiresOn);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task AnotherCostThanAgreed_IsWhatWeOwe_AndIsReported()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request) with { Cost = Cny(9) });
        await shop.OrderAsync("TOPUP");
        await shop.OrderAsync();

        await shop.FinishAsync();

        Assert.All(await shop.AttemptsAsync(), attempt => Assert.Equal(Cny(9), attempt.UnitCost));
        Assert.Equal(2, await shop.CountAsync("discrepancies", "kind = 5 AND amount = 10000"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task CodeThatComesForATopUp_IsNotLost()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request, "GIFT-1"));
        var order = await shop.OrderAsync("TOPUP");

        await shop.FinishAsync();

        Assert.Equal((UnitState.Delivered, null), ((await shop.UnitAsync(order)).State, (await shop.UnitAsync(order)).CardKeyId));
        Assert.Equal([(DiscrepancyKind.ExtraCode, true)], await shop.DiscrepanciesAsync());
        Assert.Equal(0, await shop.CountAsync("transfers", "kind = 7"));
        await shop.AssertSoundAsync();
    }

    [Theory]
    [InlineData(false, 8, 10)]
    [InlineData(true, 8, 10)]
    [InlineData(true, 11, 11)]
    [InlineData(true, null, 10)]
    public async Task MostThatASupplierMayCharge_IsThePrice_OrAnAgreedLoss(bool allowLoss, int? cost, int most)
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme with { UnitCost = cost is { } agreed ? Cny(agreed) : null });
        await shop.Engine.ChangeSkuAsync("CODE", sku => sku with { Supply = sku.Supply with { AllowLoss = allowLoss } });
        SupplierRequest? asked = null;
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(asked = request));
        await shop.OrderAsync();

        await shop.FinishAsync();

        Assert.Equal(Cny(most), asked!.MaxCost);
    }
}

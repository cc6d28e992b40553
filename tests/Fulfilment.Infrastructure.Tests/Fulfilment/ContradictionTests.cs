using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Fulfilment;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Suppliers;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>Callbacks in any order, late truths, and what cannot be true together: nothing is delivered twice, nothing is forgotten, and repeats change nothing.</summary>
public sealed class ContradictionTests
{
    private static readonly SupplierOutcome Rejected = new SupplierOutcome.Rejected("no_stock");

    // With another key or address the supplier is asked at another account, which never had the order.
    [Fact]
    public async Task NoSuchOrder_IsNotBelieved_OnceTheSettingsByWhichItWasSubmittedAreReplaced()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();
        await shop.Engine.Storage.ExecuteAsync(
            "UPDATE suppliers SET settings_changed_at = @now WHERE code = 'acme'; UPDATE change_counters SET value = value + 1 WHERE name = 'catalogue'",
            new { now = shop.Engine.Time.GetUtcNow().ToUnixTimeMilliseconds() });
        await shop.Engine.CatalogueSource.RefreshAsync(TestContext.Current.CancellationToken);
        shop.Acme1.OnQuery = _ => new SupplierAnswer.NotFound(Raw("no such order"));

        shop.Pass(TimeSpan.FromHours(2));
        Assert.Equal(1, await shop.Node.LookAsync());

        Assert.Equal(UnitState.Unknown, (await shop.UnitAsync(order)).State);
        Assert.Empty(shop.Bolt1.Arrivals);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task CallbackBeforeOurOwnAnswer_Delivers_AndTheAnswerIsARepeat()
    {
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync();
        var submission = Assert.Single((await shop.Node.Fulfil.BeginAsync(10, CancellationToken.None)).Submissions);
        shop.Acme1.OnIssue = request =>
        {
            var issued = shop.Acme1.Issue(request);
            shop.CallBackAsync("acme", request.Reference, issued, shop.AddNode(8)).GetAwaiter().GetResult();
            return Answer(issued);
        };

        await shop.Node.Submit.RunAsync(submission, CancellationToken.None);

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Equal(1, await shop.CountAsync("card_keys"));
        Assert.Empty(await shop.DiscrepanciesAsync());
        await shop.AssertSoundAsync();
    }

    [Theory]
    [InlineData("CODE")]
    [InlineData("TOPUP")]
    public async Task CallbackOfAnUnknown_SettlesIt_AndMayComeAnyNumberOfTimes(string sku)
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        var order = await shop.OrderAsync(sku);
        await shop.Node.LookAsync();
        var (reference, issued) = Assert.Single(shop.Acme1.Issued);

        for (var i = 0; i < 30; i++)
        {
            await shop.CallBackAsync("acme", reference, issued);
        }

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Empty(await shop.DiscrepanciesAsync());
        Assert.Equal(20, await shop.CountAsync("supplier_answers"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task LateSuccess_ChangesNothing_AndIsReportedOnceWithItsCodeInQuarantine()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = _ => Reject();
        var order = await shop.OrderAsync();
        await shop.FinishAsync();
        var late = (await shop.AttemptsAsync())[0];
        var before = await shop.UnitAsync(order);

        var issued = new SupplierOutcome.Issued([new IssuedCode(new CodeText("77", "LATE-1"))]);
        await shop.CallBackAsync("acme", $"{late.Id}", issued);
        await shop.CallBackAsync("acme", $"{late.Id}", issued);

        Assert.Equal([(DiscrepancyKind.LateSuccess, true)], await shop.DiscrepanciesAsync());
        Assert.Equal((before.CardKeyId, UnitState.Delivered), ((await shop.UnitAsync(order)).CardKeyId, (await shop.UnitAsync(order)).State));
        Assert.Equal(AttemptState.Rejected, (await shop.AttemptsAsync())[0].State);
        Assert.Equal(1, await shop.CountAsync("transfers", "kind = 7 AND debit_account = 10 AND credit_account = 9 AND amount = 80000"));
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 3 AND count = 1"));
        var (id, code) = await shop.QuarantinedAsync();
        Assert.Equal(new CodeText("77", "LATE-1"), shop.Engine.Codes.Reveal(id, code));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task LateRejectionOfWhatWasIssued_ChangesNothing_AndIsReportedOnce()
    {
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();
        var attempt = Assert.Single(await shop.AttemptsAsync());

        await shop.CallBackAsync("acme", $"{attempt.Id}", Rejected);
        await shop.CallBackAsync("acme", $"{attempt.Id}", Rejected);

        Assert.Equal([(DiscrepancyKind.LateRejection, false)], await shop.DiscrepanciesAsync());
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Equal(0, await shop.CountAsync("transfers", "kind = 7"));
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 3"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task AnotherCodeForWhatWasDelivered_IsQuarantined()
    {
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync();
        await shop.Node.LookAsync();
        var attempt = Assert.Single(await shop.AttemptsAsync());
        var before = (await shop.UnitAsync(order)).CardKeyId;

        await shop.CallBackAsync("acme", $"{attempt.Id}", new SupplierOutcome.Issued([new IssuedCode(new CodeText(null, "OTHER-1"))]));

        Assert.Equal([(DiscrepancyKind.ExtraCode, true)], await shop.DiscrepanciesAsync());
        Assert.Equal(before, (await shop.UnitAsync(order)).CardKeyId);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SeveralCodesForOneUnit_TheFirstGoodOneIsDelivered_AndNoneOfTheOthersIsLost()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request, "sold out", "AAAA-1", "AAAA-2", "AAAA-3"));
        var order = await shop.OrderAsync();

        await shop.Node.LookAsync();

        var shown = (await shop.Engine.Reveal.CodesAsync(order.StorefrontId, order.Id, Operator, CancellationToken.None)).Value;
        Assert.Equal("AAAA-1", Assert.Single(shown).Secret);
        Assert.Equal(3, (await shop.DiscrepanciesAsync()).Count(found => found is (DiscrepancyKind.ExtraCode, true)));

        // The attempt is paid for with what was delivered.
        Assert.Equal(0, await shop.CountAsync("transfers", "kind = 7"));
        await shop.AssertSoundAsync();
    }

    [Theory]
    [InlineData("UNUSABLE")]
    [InlineData("LATE")]
    [InlineData("BESIDE")]
    public async Task SeveralCodesForOneAttempt_AreChargedOnce_AndOnlyWhatIsChargedBeyondThatIsDisputed(string when)
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => when switch
        {
            "UNUSABLE" => Answer(shop.Acme1.Issue(request, "sold out", "no stock", "库存不足")),
            "LATE" => Reject(),
            _ => Answer(shop.Acme1.Issue(request)),
        };
        await shop.OrderAsync();
        await shop.FinishAsync();
        var attempt = (await shop.AttemptsAsync())[0];
        var several = new SupplierOutcome.Issued([.. Enumerable.Range(0, 3).Select(i => new IssuedCode(new CodeText(null, $"LATER-{i}")))]);

        await shop.CallBackAsync("acme", $"{attempt.Id}", several);

        var dispute = $"kind = 7 AND debit_account = 10 AND debit_subject = {attempt.SupplierId}";
        Assert.Equal(when == "BESIDE" ? 0 : 1, await shop.CountAsync("transfers", $"{dispute} AND amount = 80000"));
        Assert.Equal(when == "BESIDE" ? 0 : 1, await shop.CountAsync("transfers", dispute));

        // It says now that it charged more than the 8.00 in the books.
        await shop.CallBackAsync("acme", $"{attempt.Id}", new SupplierOutcome.Issued([new IssuedCode(new CodeText(null, "DEARER-1"))], Cost: new Money(95_000)));
        Assert.Equal(1, await shop.CountAsync("transfers", $"{dispute} AND amount = 15000"));
        Assert.Equal(when == "UNUSABLE" ? 7 : 4, (await shop.DiscrepanciesAsync()).Count);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task CodeThatWasSoldBefore_IsNotDelivered_AndTheNextRouteIs()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request, "TWICE-1"));
        var first = await shop.OrderAsync();
        await shop.FinishAsync();
        var second = await shop.OrderAsync();
        await shop.FinishAsync();

        Assert.Equal([UnitState.Delivered, UnitState.Delivered], [(await shop.UnitAsync(first)).State, (await shop.UnitAsync(second)).State]);
        Assert.Equal([AttemptState.Issued, AttemptState.Unusable, AttemptState.Issued], (await shop.AttemptsAsync()).Select(attempt => attempt.State));

        // Ours already, so there is nothing to keep in quarantine.
        Assert.Equal([(DiscrepancyKind.DuplicateCode, false)], await shop.DiscrepanciesAsync());
        Assert.Equal(1, await shop.CountAsync("transfers", "kind = 7 AND amount = 80000"));
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 4"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task UnusableAnswerOnceMore_IsARepeat_AndAGoodCodeForItComesTooLate()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request, "库存不足"));
        await shop.OrderAsync();
        await shop.FinishAsync();
        var (reference, issued) = Assert.Single(shop.Acme1.Issued);

        await shop.CallBackAsync("acme", reference, issued);
        Assert.Equal([(DiscrepancyKind.UnusableCode, true)], await shop.DiscrepanciesAsync());
        await shop.CallBackAsync("acme", reference, new SupplierOutcome.Issued([new IssuedCode(new CodeText(null, "GOOD-1"))]));

        Assert.Equal([(DiscrepancyKind.UnusableCode, true), (DiscrepancyKind.LateSuccess, true)], await shop.DiscrepanciesAsync());
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task CallbackForAnAttemptThatWeDoNotKnow_IsKeptAndAlerted_ButNotWithoutEnd()
    {
        await using var shop = await Workshop.OpenAsync();
        await shop.OrderAsync();
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        await shop.Node.LookAsync();
        var acmes = Assert.Single(await shop.AttemptsAsync());

        for (var i = 0; i < 10; i++)
        {
            await shop.CallBackAsync("acme", "no number of ours", Rejected);
        }

        // Another supplier's word about it is worth nothing.
        await shop.CallBackAsync("bolt", $"{acmes.Id}", new SupplierOutcome.Issued([new IssuedCode(new CodeText(null, "FORGED-1"))]));

        Assert.Equal(5, await shop.CountAsync("stray_callbacks", "reference = 'no number of ours'"));
        Assert.Equal(1, await shop.CountAsync("stray_callbacks", "reference <> 'no number of ours'"));
        Assert.Equal(2, await shop.CountAsync("alerts", "kind = 5"));
        Assert.Equal(AttemptState.Unknown, Assert.Single(await shop.AttemptsAsync()).State);
        await shop.FinishAsync();
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task UnknownThatNobodyCanBeAskedAbout_StaysUnknown_UntilAnOperatorSettlesIt()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.CanQuery = false;
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        var order = await shop.OrderAsync("TOPUP");
        await shop.Node.LookAsync();
        for (var hour = 0; hour < 80; hour++)
        {
            shop.Pass(TimeSpan.FromHours(1));
            Assert.Equal(0, await shop.Node.LookAsync());
        }

        var attempt = Assert.Single(await shop.AttemptsAsync());
        Assert.Equal((AttemptState.Unknown, UnitState.Unknown), (attempt.State, (await shop.UnitAsync(order)).State));
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 6 AND count = 1 AND status = 10 AND at_stake IS NOT NULL AND group_key = 'supplier:acme'"));
        Assert.Empty(shop.Bolt1.Arrivals);

        await shop.Node.Record.RunAsync(attempt.Id, Answer(shop.Acme1.Issued.Values.Single()), AnswerSource.Operator);

        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 6 AND status = 20"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task ProcessingBeyondTheQueryWindow_BecomesUnknown_AndIsAlertedOnce()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.Timing = shop.Acme1.Timing with { QueryWindow = TimeSpan.FromHours(1) };
        shop.Acme1.OnIssue = _ => Answer(new SupplierOutcome.Processing());
        shop.Acme1.OnQuery = _ => Answer(new SupplierOutcome.Processing());
        var order = await shop.OrderAsync();
        for (var minute = 0; minute < 240; minute++)
        {
            await shop.Node.LookAsync();
            shop.Pass(60);
        }

        var asked = shop.Acme1.Queries.Count;
        Assert.InRange(asked, 10, 120);
        Assert.Equal(UnitState.Unknown, (await shop.UnitAsync(order)).State);
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 6"));

        // Its callback may still come.
        var attempt = Assert.Single(await shop.AttemptsAsync());
        await shop.CallBackAsync("acme", $"{attempt.Id}", Rejected);
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 6 AND status = 20"));
        await shop.FinishAsync();
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }

    // Its database was restored, or our key there is another account's: what it had taken it may have issued.
    [Fact]
    public async Task NoSuchOrder_OfASupplierThatHadTakenIt_IsNoRejection_AndIsTold()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request =>
        {
            shop.Acme1.Issue(request);
            return Answer(new SupplierOutcome.Processing("R-1"));
        };
        shop.Acme1.OnQuery = _ => new SupplierAnswer.NotFound(Raw("no such order"));
        var order = await shop.OrderAsync();
        for (var minute = 0; minute < 60; minute++)
        {
            await shop.Node.LookAsync();
            shop.Pass(60);
        }

        Assert.Equal(UnitState.Processing, (await shop.UnitAsync(order)).State);
        Assert.Empty(shop.Bolt1.Arrivals);
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 3"));

        // Nobody can be asked any more: a person settles it.
        shop.Pass(TimeSpan.FromHours(24));
        await shop.Node.LookAsync();
        Assert.Equal(UnitState.Unknown, (await shop.UnitAsync(order)).State);
        await shop.AssertSoundAsync();
    }
}

using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>What a look at due work costs, and that nothing open is left without one.</summary>
public sealed class DueWorkTests
{
    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task DueWork_IsARangeOfAnIndex_ThatFinishedUnitsAreNotIn()
    {
        await using var shop = await Workshop.OpenAsync();
        var dialect = SqliteDialect.Instance;
        foreach (var (sql, index) in new[]
        {
            (FulfilmentReader.PendingSql(dialect), "units USING INDEX units_pending (due_at<?)"),
            (FulfilmentReader.SubmittedSql(dialect), "units USING INDEX units_submitted (due_at<?)"),
            (FulfilmentReader.OrdersSql(dialect), "orders USING INDEX orders_due (due_at>? AND due_at<?)"),
            (FulfilmentReader.AttemptsSql.Replace("@units", "(1, 2)", StringComparison.Ordinal), "a USING INDEX attempts_unit (unit_id=?)"),
            (FulfilmentReader.OpenAttemptsSql.Replace("@units", "(1, 2)", StringComparison.Ordinal), "a USING INDEX attempts_open (unit_id=?)"),
        })
        {
            var plan = await shop.Engine.Storage.PlanAsync(sql);

            Assert.Contains(index, plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN units", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN o", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN l", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN a", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task UnitCosts_OneTransactionForItsOutcome_AndAHundredthForItsBeginning()
    {
        await using var shop = await Workshop.OpenAsync();
        var store = new CountingStore(shop.Engine.Storage.FulfilmentStore());
        await shop.OrderAsync("TOPUP", quantity: 100);

        Assert.Equal(100, await shop.AddNode(8, store).LookAsync());

        Assert.Equal(100, await shop.CountAsync("units", "state = 20"));
        Assert.Equal(101, store.Count);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SilentSupplier_IsAskedSoManyQuestionsAtOnce_ThatPlacesAreLeftForTheOthers()
    {
        await using var shop = await Workshop.OpenAsync(Workshop.Acme);
        shop.Acme1.OnIssue = shop.Acme1.IssueSilently;
        await shop.OrderAsync("TOPUP", quantity: 90);
        await shop.Node.LookAsync();
        shop.Pass(60);

        var first = await shop.Node.Resolve.BeginAsync(100, CancellationToken.None);
        Assert.Equal(64, first.Questions.Count);
        shop.Pass(20);
        Assert.Empty((await shop.Node.Resolve.BeginAsync(100, CancellationToken.None)).Questions);

        foreach (var question in first.Questions)
        {
            await shop.Node.Resolve.AskAsync(question, CancellationToken.None);
        }

        await shop.FinishAsync();
        Assert.Equal(90, await shop.CountAsync("units", "state = 20"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task FaultyRecord_KeepsNoOtherUnitWaiting()
    {
        await using var shop = await Workshop.OpenAsync();
        var faulty = await shop.OrderAsync("TOPUP");
        var others = await shop.OrderAsync("TOPUP", quantity: 3);
        await shop.Engine.Storage.ExecuteAsync("UPDATE order_lines SET recipient = @unreadable WHERE order_id = @Id", new { faulty.Id, unreadable = new byte[] { 0 } });

        await shop.Node.LookAsync();
        Assert.Equal(OrderStatus.Fulfilled, (await shop.NowAsync(others)).Status);
        var unit = await shop.UnitAsync(faulty);
        Assert.Equal(UnitState.Pending, unit.State);
        Assert.True(unit.DueAtMs > shop.Engine.Time.GetUtcNow().ToUnixTimeMilliseconds());

        // One that only the database refuses.
        var broken = await shop.OrderAsync("TOPUP");
        others = await shop.OrderAsync("TOPUP", quantity: 3);
        await shop.Engine.Storage.BreakAsync("INSERT", "attempts", $"NEW.order_id = {broken.Id}");
        await shop.Node.LookAsync();

        Assert.Equal(OrderStatus.Fulfilled, (await shop.NowAsync(others)).Status);
        Assert.Equal(UnitState.Pending, (await shop.UnitAsync(broken)).State);
        Assert.Equal(0, shop.Suppliers.SlotsOut);
    }

    [Fact]
    public async Task BusySupplier_IsWaitedFor_AndNoOtherIsAsked()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Suppliers.Entries["acme"] = new SupplierEntry.Busy(TimeSpan.FromMilliseconds(300));
        var order = await shop.OrderAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(0, await shop.Node.LookAsync());
            shop.Pass(TimeSpan.FromMilliseconds(400));
        }

        shop.Suppliers.Entries.Clear();
        await shop.FinishAsync();

        Assert.Equal((UnitState.Delivered, 0), ((await shop.UnitAsync(order)).State, shop.Bolt1.Arrivals.Count));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task SupplierOutOfReach_IsPassedBy_AndWaitedForWhereThereIsNoOther()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Suppliers.Entries["acme"] = new SupplierEntry.Shut("paused");
        await shop.OrderAsync();
        await shop.Node.LookAsync();
        Assert.Single(shop.Bolt1.Arrivals);

        shop.Suppliers.Entries["bolt"] = new SupplierEntry.Shut("breaker_open");
        var patient = await shop.OrderAsync();
        for (var second = 0; second < 600; second += 10)
        {
            await shop.Node.LookAsync();
            shop.Pass(10);
        }

        Assert.Equal(UnitState.Pending, (await shop.UnitAsync(patient)).State);
        shop.Suppliers.Entries.TryRemove("bolt", out _);
        await shop.FinishAsync();
        Assert.Equal(UnitState.Delivered, (await shop.UnitAsync(patient)).State);

        // Nobody comes back within the SKU's patience.
        shop.Suppliers.Entries["bolt"] = new SupplierEntry.Shut("breaker_open");
        var lost = await shop.OrderAsync();
        await shop.FinishAsync();
        Assert.Equal(UnitFailure.RoutesExhausted, (await shop.UnitAsync(lost)).Failure);
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task OrderThatIsStillOpen_IsLookedAtAgainAndAgain_AndStuckUnitsAreTold()
    {
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync(quantity: 2);
        Assert.Equal(0, await shop.Node.Watch.RunAsync(CancellationToken.None));

        // No worker looks at its units.
        shop.Pass(TimeSpan.FromMinutes(15));
        Assert.Equal(1, await shop.Node.Watch.RunAsync(CancellationToken.None));
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 8"));
        Assert.Equal(0, await shop.Node.Watch.RunAsync(CancellationToken.None));

        // A worker is back: whoever was told is told that it is over, though the order is closed and never due again.
        await shop.FinishAsync();
        Assert.Equal(1, await shop.CountAsync("alerts", "kind = 8 AND status = 10"));
        Assert.Equal(0, await shop.Node.Watch.RunAsync(CancellationToken.None));
        Assert.Equal(0, await shop.CountAsync("alerts", "kind = 8 AND status = 10"));

        // A record that says otherwise than its units: counted once more, and closed.
        await shop.Engine.Storage.ExecuteAsync(
            "UPDATE orders SET status = 11, open_units = 1, completed_at = NULL, due_at = 0 WHERE id = @Id; UPDATE holds SET state = 10 WHERE order_id = @Id; UPDATE order_lines SET status = 11 WHERE order_id = @Id",
            new { order.Id });
        Assert.Equal(1, await shop.Node.Watch.RunAsync(CancellationToken.None));
        Assert.Equal(OrderStatus.Fulfilled, (await shop.NowAsync(order)).Status);
    }

    [Fact]
    public async Task AnswersOfSuppliers_GoWithThePersonsData()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request), $$"""{"account":"{{request.Recipient}}"}""");
        await shop.OrderAsync("TOPUP");
        await shop.Node.LookAsync();
        var (attempt, id, body) = await shop.AnswerAsync();
        Assert.Contains("13800000000", System.Text.Encoding.UTF8.GetString(shop.Node.Vault.RevealAnswer(id, body)), StringComparison.Ordinal);
        Assert.DoesNotContain("13800000000", System.Text.Encoding.UTF8.GetString(body), StringComparison.Ordinal);

        shop.Pass(TimeSpan.FromDays(40));
        await shop.Engine.Storage.PersonalDataStore().EraseClosedBeforeAsync(shop.Engine.Time.GetUtcNow().AddDays(-30), 0, null);

        Assert.Equal((0, 1), ((int)await shop.CountAsync("supplier_answers"), (int)await shop.CountAsync("attempts", "id = @attempt", new { attempt })));
    }

    [Fact]
    public async Task OrderThatCannotBeLookedAt_KeepsNoOtherWaiting()
    {
        await using var shop = await Workshop.OpenAsync();
        var faulty = await shop.OrderAsync();
        var other = await shop.OrderAsync();
        await shop.Engine.Storage.ExecuteAsync("UPDATE orders SET due_at = 0 WHERE id = @Id; UPDATE orders SET due_at = 1 WHERE id = @other", new { faulty.Id, other = other.Id });
        await shop.Engine.Storage.BreakAsync("UPDATE", "orders", $"NEW.id = {faulty.Id}");

        Assert.Single((await Assert.ThrowsAsync<AggregateException>(() => shop.Node.Watch.RunAsync(CancellationToken.None))).InnerExceptions);

        Assert.Equal(1, await shop.CountAsync("orders", "due_at > 1 AND id = @Id", new { other.Id }));
    }

    [Fact]
    public async Task AnswerThatCameAfterItsOrderWasErased_GoesWithItsOwnAge()
    {
        await using var shop = await Workshop.OpenAsync();
        await shop.OrderAsync("TOPUP");
        await shop.FinishAsync();
        shop.Pass(TimeSpan.FromDays(40));
        var personal = shop.Engine.Storage.PersonalDataStore();
        await personal.EraseClosedBeforeAsync(shop.Engine.Time.GetUtcNow().AddDays(-30), 0, null);
        Assert.Equal(0, await shop.CountAsync("supplier_answers"));

        var late = Assert.Single(await shop.AttemptsAsync());
        await shop.CallBackAsync("acme", late.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), new SupplierOutcome.Issued([]));
        await personal.EraseClosedBeforeAsync(shop.Engine.Time.GetUtcNow().AddDays(-30), 0, null);
        Assert.Equal(1, await shop.CountAsync("supplier_answers"));

        shop.Pass(TimeSpan.FromDays(40));
        await personal.EraseClosedBeforeAsync(shop.Engine.Time.GetUtcNow().AddDays(-30), 0, null);
        Assert.Equal(0, await shop.CountAsync("supplier_answers"));
    }

    [Fact]
    public async Task StrayCallbacks_AndWhatPeopleWrote_GoAfterTheTermToo()
    {
        await using var shop = await Workshop.OpenAsync();
        var order = await shop.OrderAsync();
        await shop.FinishAsync();
        await shop.CallBackAsync("acme", "12345", new SupplierOutcome.Processing());
        await shop.Engine.Storage.ExecuteAsync(
            "INSERT INTO unit_decisions (id, order_id, unit_id, kind, status, proposed_by, content) VALUES (1, @Id, 1, 6, 20, 'x', @content)", new { order.Id, content = new byte[] { 0 } });

        // Nobody is named in this order itself.
        shop.Pass(TimeSpan.FromDays(40));
        await shop.CallBackAsync("acme", "12346", new SupplierOutcome.Processing());
        await shop.Engine.Storage.PersonalDataStore().EraseClosedBeforeAsync(shop.Engine.Time.GetUtcNow().AddDays(-30), 0, null);

        Assert.Equal((1, 0), ((int)await shop.CountAsync("stray_callbacks"), (int)await shop.CountAsync("unit_decisions", "content IS NOT NULL")));
    }
}

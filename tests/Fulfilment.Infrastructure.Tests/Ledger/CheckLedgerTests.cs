using Fulfilment.Core;
using Fulfilment.Core.Alerts;
using Fulfilment.Core.Checks;
using Fulfilment.Core.Ledger;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.Ledger;

public sealed class CheckLedgerTests
{
    [Fact]
    public async Task SoundDatabase_HasNoFindings_AndBalances()
    {
        await using var shop = await TestShop.OpenBusyAsync();

        var report = await CheckAsync(shop);

        Assert.Empty(report.Findings.Kept);
        Assert.Equal(report.TrialBalance.Sum(total => total.Debits.TenThousandths), report.TrialBalance.Sum(total => total.Credits.TenThousandths));

        // Ten units were delivered at 12.50, bought at 10.00.
        Assert.Equal(new AccountTotal(AccountKind.Revenue, "CNY", Money.Zero, new Money(1_250_000)), report.TrialBalance.Single(total => total.Kind == AccountKind.Revenue));
        Assert.Equal(new Money(1_000_000), report.TrialBalance.Single(total => total.Kind == AccountKind.CostOfSales).Debits);
    }

    [Fact]
    public async Task EmptyDatabase_HasNoFindings()
    {
        using var database = await TestDatabase.CreateAsync();

        var report = await new CheckLedger(new LedgerRecordStore(database.Database)).RunAsync(10, null, TestContext.Current.CancellationToken);

        Assert.Empty(report.Findings.Kept);
        Assert.Empty(report.TrialBalance);
    }

    [Theory]
    [InlineData(LedgerFault.AmountNotPositive, "UPDATE transfers SET amount = 0 WHERE kind = 1")]
    [InlineData(LedgerFault.AmountNotPositive, "UPDATE transfers SET amount = -amount WHERE kind = 2")]
    [InlineData(LedgerFault.AccountsNotAllowed, "UPDATE transfers SET credit_account = 7 WHERE kind = 1")]
    [InlineData(LedgerFault.AccountsNotAllowed, "UPDATE transfers SET kind = 9 WHERE kind = 3")]
    [InlineData(LedgerFault.SalesDiffer, "DELETE FROM transfers WHERE id = (SELECT min(id) FROM transfers WHERE kind = 1)")]
    [InlineData(LedgerFault.SalesDiffer, "UPDATE transfers SET currency = 'USD' WHERE id = (SELECT min(id) FROM transfers WHERE kind = 1)")]
    [InlineData(LedgerFault.SalesDiffer, "UPDATE transfers SET order_id = NULL WHERE id = (SELECT min(id) FROM transfers WHERE kind = 1)")]
    [InlineData(LedgerFault.SalesDiffer, "UPDATE order_lines SET unit_price = unit_price + 1")]
    [InlineData(LedgerFault.SalesDiffer, "UPDATE units SET state = 20 WHERE state = 11")]
    [InlineData(LedgerFault.CostDiffers, "UPDATE transfers SET amount = amount + 1 WHERE kind = 2")]
    [InlineData(LedgerFault.CostDiffers, "UPDATE batches SET unit_cost = unit_cost + 1")]
    [InlineData(LedgerFault.BalanceDiffers, "UPDATE wallets SET balance = balance + 1")]
    [InlineData(LedgerFault.BalanceDiffers, "DELETE FROM wallets")]
    [InlineData(LedgerFault.BalanceDiffers, "DELETE FROM transfers WHERE kind = 4")]
    [InlineData(LedgerFault.HeldDiffers, "UPDATE wallets SET held = held + 1")]
    [InlineData(LedgerFault.HeldDiffers, "UPDATE holds SET amount = amount - 1 WHERE state = 10")]
    [InlineData(LedgerFault.HoldDiffers, "UPDATE holds SET state = 20 WHERE state = 10")]
    [InlineData(LedgerFault.HoldDiffers, "UPDATE holds SET state = 21 WHERE state = 20")]
    [InlineData(LedgerFault.HoldDiffers, "DELETE FROM holds WHERE state = 10")]
    [InlineData(LedgerFault.HoldDiffers, "UPDATE holds SET order_id = 5 WHERE state = 20")]
    [InlineData(LedgerFault.HoldAmountDiffers, "UPDATE holds SET settled = settled + 1 WHERE state = 10")]
    [InlineData(LedgerFault.HoldAmountDiffers, "UPDATE units SET price = 1 WHERE state = 11")]
    [InlineData(LedgerFault.InventoryDiffers, "UPDATE batches SET accepted = accepted + 1")]
    [InlineData(LedgerFault.InventoryDiffers, "UPDATE batch_stock SET delivered = delivered + 1 WHERE delivered > 0")]
    [InlineData(LedgerFault.InventoryDiffers, "UPDATE batches SET terms = 2")]
    [InlineData(LedgerFault.InventoryNegative, "UPDATE transfers SET amount = 1 WHERE kind = 3")]
    [InlineData(LedgerFault.DisputedDiffers, "INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency) VALUES (1, 7, 10, 5, 9, 5, 100, 'CNY')")]
    [InlineData(LedgerFault.DisputedDiffers, "INSERT INTO discrepancies (id, kind, status, supplier_id, amount, currency, detail) VALUES (1, 1, 11, 5, 100, 'CNY', 'late')")]
    [InlineData(LedgerFault.SettledDiffers, "INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency) VALUES (1, 8, 9, 5, 11, 5, 100, 'CNY')")]
    [InlineData(LedgerFault.SettledDiffers, "INSERT INTO discrepancies (id, kind, status, supplier_id, amount, currency, detail, outcome) VALUES (1, 1, 20, 5, 100, 'CNY', 'late', 1)")]
    [InlineData(LedgerFault.UnitCountDiffers, "DELETE FROM units WHERE state = 21")]
    [InlineData(LedgerFault.OpenUnitsDiffer, "UPDATE orders SET open_units = open_units + 1")]
    [InlineData(LedgerFault.OrderStatusDiffers, "UPDATE orders SET status = 11 WHERE status = 20")]
    [InlineData(LedgerFault.OrderStatusDiffers, "UPDATE orders SET status = 20 WHERE status = 21")]
    [InlineData(LedgerFault.OrderStatusDiffers, "UPDATE orders SET status = 20 WHERE status = 10")]
    [InlineData(LedgerFault.OrderStatusDiffers, "UPDATE orders SET status = 22 WHERE status = 23")]
    [InlineData(LedgerFault.LineStatusDiffers, "UPDATE order_lines SET status = 22 WHERE status = 21")]
    [InlineData(LedgerFault.OrderDueMissing, "UPDATE orders SET due_at = NULL WHERE status = 10")]
    [InlineData(LedgerFault.UnitDueMissing, "UPDATE units SET due_at = NULL WHERE state = 11")]
    public async Task Fault_IsNamed(LedgerFault fault, string sql)
    {
        await using var shop = await TestShop.OpenBusyAsync();
        await shop.CorruptAsync(sql);

        var report = await CheckAsync(shop);

        Assert.Contains(report.Findings.Kept, finding => finding.Kind == fault);
        Assert.All(report.Findings.Kept, finding => Assert.NotEmpty(finding.Subject));
        var inPieces = await new CheckLedger(new LedgerRecordStore(shop.Database)).RunInPiecesAsync(new Pace(shop.Time), TestContext.Current.CancellationToken);
        Assert.Equal(report.Findings.Counts, inPieces.Counts);
    }

    [Fact]
    public async Task NightlyCheck_RaisesAnAlert_AndResolvesIt()
    {
        await using var shop = await TestShop.OpenBusyAsync();
        var alerts = new AlertStore(shop.Database, shop.Ids, shop.Time);
        var watch = new WatchLedger(new CheckLedger(new LedgerRecordStore(shop.Database)), new MatchAlerts(alerts), shop.Time);
        await shop.CorruptAsync("UPDATE wallets SET balance = balance + 10000");

        Assert.Contains("1 BalanceDiffers", await watch.RunAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Single(await alerts.StandingAsync(AlertKind.LedgerBroken));
        await shop.CorruptAsync("UPDATE wallets SET balance = balance - 10000");
        Assert.Contains("all is well", await watch.RunAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Assert.Empty(await alerts.StandingAsync(AlertKind.LedgerBroken));
    }

    [Fact]
    public async Task Finding_SaysWhatIsAndWhatIsDue()
    {
        await using var shop = await TestShop.OpenBusyAsync();
        await shop.CorruptAsync("UPDATE wallets SET balance = balance + 10000");

        var finding = Assert.Single((await CheckAsync(shop)).Findings.Kept);

        Assert.Equal($"storefront {shop.Storefront.Id}", finding.Subject);
        Assert.Equal("9876.00 CNY, 9875.00 CNY is due", finding.Detail);
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task OrdersAreReadInTheOrderOfTheirKeys()
    {
        using var database = await TestDatabase.CreateAsync();
        Assert.DoesNotContain("TEMP B-TREE", await database.PlanAsync(LedgerSql.Lines), StringComparison.Ordinal);
    }

    private static Task<LedgerReport> CheckAsync(TestShop shop) =>
        new CheckLedger(new LedgerRecordStore(shop.Database)).RunAsync(100, null, TestContext.Current.CancellationToken);
}

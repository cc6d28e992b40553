using Fulfilment.Core.AfterSales;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Ledger;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>The operator's checks know after-sales: each plants one fault into a sound shop, and it is named.</summary>
public sealed class PlantedFaultTests
{
    private const string ARefunded = "(SELECT min(id) FROM units WHERE state = 24)";
    private const string AReplaced = "(SELECT min(id) FROM units WHERE state = 23)";
    private const string ADelivered = "(SELECT min(id) FROM units WHERE state = 20)";

    [Fact]
    public async Task SoundShop_HasNoFindings()
    {
        await using var desk = await BusyAsync();

        Assert.Empty((await LedgerAsync(desk)).Kept);
        Assert.Empty((await CustodyAsync(desk)).Kept);
        await desk.AssertBalanceAsync();
    }

    [Theory]
    [InlineData(LedgerFault.RefundsDiffer, "DELETE FROM transfers WHERE id = (SELECT min(id) FROM transfers WHERE kind = 5)")]
    [InlineData(LedgerFault.RefundsDiffer, "UPDATE transfers SET amount = amount + 1 WHERE kind = 5")]
    [InlineData(LedgerFault.RefundsDiffer, "UPDATE transfers SET order_id = 5 WHERE kind = 5")]
    [InlineData(LedgerFault.RefundsDiffer, $"UPDATE units SET state = 20 WHERE id = {ARefunded}")]
    [InlineData(LedgerFault.RefundsDiffer, $"UPDATE units SET state = 24 WHERE id = {ADelivered}")]
    [InlineData(LedgerFault.RefundsDiffer, "INSERT INTO transfers SELECT 7, 5, credit_account, credit_subject, debit_account, debit_subject, amount, currency, order_id FROM transfers WHERE id = (SELECT min(id) FROM transfers WHERE kind = 1)")]
    [InlineData(LedgerFault.SalesDiffer, $"UPDATE units SET replaces_unit_id = NULL WHERE replaces_unit_id IS NOT NULL")]
    [InlineData(LedgerFault.CaseDiffers, $"UPDATE units SET state = 20 WHERE id = {AReplaced}")]
    [InlineData(LedgerFault.CaseDiffers, $"UPDATE units SET state = 23 WHERE id = {ARefunded}")]
    [InlineData(LedgerFault.CaseDiffers, "UPDATE after_sales_cases SET status = 20 WHERE status = 10")]
    [InlineData(LedgerFault.CaseDiffers, "UPDATE after_sales_cases SET status = 10 WHERE status = 20")]
    [InlineData(LedgerFault.CaseDiffers, "UPDATE after_sales_cases SET status = 21 WHERE status = 20")]
    [InlineData(LedgerFault.CaseDiffers, "UPDATE after_sales_cases SET kind = 3 - kind WHERE status = 20")]
    [InlineData(LedgerFault.CaseDiffers, "UPDATE after_sales_cases SET order_id = 5 WHERE status = 20")]
    [InlineData(LedgerFault.CaseDiffers, "UPDATE after_sales_units SET counts = 0 WHERE refunded IS NOT NULL")]
    [InlineData(LedgerFault.CaseDiffers, "UPDATE after_sales_units SET new_unit_id = new_unit_id + 1 WHERE new_unit_id IS NOT NULL")]
    [InlineData(LedgerFault.CaseDiffers, "UPDATE after_sales_units SET refunded = refunded - 1 WHERE refunded IS NOT NULL")]
    [InlineData(LedgerFault.CaseDiffers, "DELETE FROM after_sales_units WHERE new_unit_id IS NOT NULL")]
    [InlineData(LedgerFault.ReplacementDiffers, "DELETE FROM units WHERE replaces_unit_id IS NOT NULL")]
    [InlineData(LedgerFault.ReplacementDiffers, $"UPDATE units SET state = 20 WHERE id = {AReplaced}")]
    [InlineData(LedgerFault.ReplacementDiffers, $"UPDATE units SET replaces_unit_id = {ADelivered} WHERE replaces_unit_id IS NOT NULL")]
    [InlineData(LedgerFault.OrderStatusDiffers, "UPDATE orders SET status = 20 WHERE status = 24")]
    [InlineData(LedgerFault.OrderStatusDiffers, "UPDATE orders SET status = 24 WHERE status = 20")]
    [InlineData(LedgerFault.LineStatusDiffers, "UPDATE order_lines SET status = 20 WHERE status = 24")]
    [InlineData(LedgerFault.BalanceDiffers, "UPDATE transfers SET credit_subject = 5 WHERE kind = 5")]
    public async Task LedgerFault_IsNamed(LedgerFault fault, string sql)
    {
        await using var desk = await BusyAsync();
        Assert.True(await desk.Engine.Storage.ExecuteAsync(sql) > 0, "Nothing was changed.");

        var findings = (await LedgerAsync(desk)).Kept;

        Assert.Contains(findings, finding => finding.Kind == fault);
        Assert.All(findings, finding => Assert.NotEmpty(finding.Subject));
    }

    [Theory]
    [InlineData(CustodyFault.WithdrawnFlagDiffers, "DELETE FROM card_key_flags WHERE flag = 1")]
    [InlineData(CustodyFault.WithdrawnFlagDiffers, $"UPDATE units SET state = 20 WHERE id = {ARefunded}")]
    [InlineData(CustodyFault.WithdrawnFlagDiffers, $"UPDATE units SET state = 24 WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.UnitWithoutKey, $"UPDATE units SET card_key_id = NULL WHERE id = {AReplaced}")]
    [InlineData(CustodyFault.UnitMissing, $"UPDATE units SET card_key_id = NULL WHERE id = {ARefunded}")]
    [InlineData(CustodyFault.StateDiffers, $"UPDATE card_keys SET state = 10 WHERE id = (SELECT card_key_id FROM units WHERE id = {ARefunded})")]
    public async Task CustodyFault_IsNamed(CustodyFault fault, string sql)
    {
        await using var desk = await BusyAsync();
        Assert.True(await desk.Engine.Storage.ExecuteAsync(sql) > 0, "Nothing was changed.");

        Assert.Contains((await CustodyAsync(desk)).Kept, finding => finding.Kind == fault);
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task ListsAreReadFromAnIndex()
    {
        using var database = await TestDatabase.CreateAsync();
        var all = new AfterSalesQuery(long.MaxValue, 50);
        foreach (var (query, index) in new[]
        {
            (all with { StorefrontId = 1 }, "after_sales_cases_storefront"),
            (all with { StorefrontId = 1, OrderId = 1 }, "after_sales_cases_order"),
            (all with { Status = AfterSalesStatus.PendingApproval }, "after_sales_cases_pending"),
        })
        {
            var plan = await database.PlanAsync(AfterSalesRows.ListSql(SqliteDialect.Instance, query));
            Assert.Contains(index, plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        }

        foreach (var query in new[] { new BadCardQuery(long.MaxValue, 50), new BadCardQuery(long.MaxValue, 50) { Supplier = "acme" } })
        {
            var plan = await database.PlanAsync(BadCardStore.ListSql(SqliteDialect.Instance, query));
            Assert.Contains("card_key_flags_list", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        }
    }

    // Replaced, refunded whole and in part, waiting, rejected, and a replacement that was refunded.
    private static async Task<Desk> BusyAsync()
    {
        var desk = await Desk.OpenAsync(stock: 20);
        await desk.SoldAsync();
        var replaced = await desk.SoldAsync(quantity: 2);
        await desk.AskAsync(AfterSalesKind.Replacement, replaced, replaced.Lines[0].Units[0].Id);
        await desk.AskAsync(AfterSalesKind.Refund, await desk.SoldAsync());
        var part = await desk.SoldAsync(quantity: 2);
        await desk.AskAsync(AfterSalesKind.Refund, part, part.Lines[0].Units[0].Id);
        await desk.AskAsync(AfterSalesKind.Replacement, await desk.SoldAsync(shown: true));
        await desk.RejectAsync(await desk.AskAsync(AfterSalesKind.Refund, await desk.SoldAsync(shown: true)));
        var chain = await desk.SoldAsync();
        var second = (await desk.AskAsync(AfterSalesKind.Replacement, chain)).Units[0].NewUnitId!.Value;
        await desk.AskAsync(AfterSalesKind.Refund, chain, second);
        return desk;
    }

    private static async Task<Core.Checks.Findings<LedgerFault>> LedgerAsync(Desk desk) =>
        (await new CheckLedger(new LedgerRecordStore(desk.Engine.Storage.Database)).RunAsync(100, null, TestContext.Current.CancellationToken)).Findings;

    private static async Task<Core.Checks.Findings<CustodyFault>> CustodyAsync(Desk desk) =>
        (await new VerifyCustody(new CustodyRecordStore(desk.Engine.Storage.Database), desk.Engine.Chain, desk.Engine.Seal, desk.Engine.Calendar)
            .RunAsync(100, null, TestContext.Current.CancellationToken)).Findings;
}

using System.Data.Common;
using Fulfilment.Core.AfterSales;

namespace Fulfilment.Infrastructure.Tests.AfterSales;

/// <summary>A half-done case never exists: whichever step breaks, nothing of the transaction remains, and the same request then does it.</summary>
public sealed class HalfDoneTests
{
    private const string Both = "replacement refund";

    /// <summary>Every table the transaction writes, and how.</summary>
    public static TheoryData<string, string, string> Steps => new()
    {
        { "INSERT", "idempotency_keys", Both },
        { "INSERT", "after_sales_cases", Both },
        { "INSERT", "after_sales_units", Both },
        { "UPDATE", "after_sales_cases", Both },
        { "UPDATE", "after_sales_units", Both },
        { "UPDATE", "orders", Both },
        { "UPDATE", "order_lines", "refund" },
        { "UPDATE", "units", Both },
        { "INSERT", "units", "replacement" },
        { "UPDATE", "card_keys", "replacement" },
        { "INSERT", "card_key_flags", Both },
        { "INSERT", "transfers", Both },
        { "INSERT", "outbox", Both },
        { "UPDATE", "wallets", "refund" },
        { "UPDATE", "batch_stock", "replacement" },
        { "INSERT", "custody_entries", "replacement" },
        { "UPDATE", "custody_days", "replacement" },
        { "INSERT", "audit_entries", Both },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task BrokenStep_LeavesNothing(string change, string table, string kinds)
    {
        foreach (var kind in Enum.GetValues<AfterSalesKind>().Where(kind => kinds.Contains(kind.ToString(), StringComparison.OrdinalIgnoreCase)))
        {
            await using var desk = await Desk.OpenAsync(stock: 6);
            var order = await desk.SoldAsync(quantity: 2);
            var before = await BreakAsync(desk, change, table);

            await Assert.ThrowsAnyAsync<DbException>(() => desk.TryAskAsync(kind, order, key: "same"));

            Assert.Equal(before, await StateOfDatabase.OfAsync(desk.Engine));
            await desk.Engine.Storage.MendAsync();
            Assert.Equal(AfterSalesStatus.Done, (await desk.TryAskAsync(kind, order, key: "same")).Value.Case.Status);
            await desk.AssertBalanceAsync();
        }
    }

    /// <summary>An approval opens no case.</summary>
    public static TheoryData<string, string, string> StepsOfApproval =>
        [.. Steps.Where(step => step.Data.Item1 != "INSERT" || step.Data.Item2 is not ("idempotency_keys" or "after_sales_cases" or "after_sales_units"))];

    [Theory]
    [MemberData(nameof(StepsOfApproval))]
    public async Task BrokenApproval_LeavesTheCaseWaiting(string change, string table, string kinds)
    {
        foreach (var kind in Enum.GetValues<AfterSalesKind>().Where(kind => kinds.Contains(kind.ToString(), StringComparison.OrdinalIgnoreCase)))
        {
            await using var desk = await Desk.OpenAsync(stock: 6);
            var order = await desk.SoldAsync(quantity: 2, shown: true);
            var pending = await desk.AskAsync(kind, order);
            var before = await BreakAsync(desk, change, table);

            await Assert.ThrowsAnyAsync<DbException>(() => desk.ApproveAsync(pending, badCard: true));

            Assert.Equal(before, await StateOfDatabase.OfAsync(desk.Engine));
            await desk.Engine.Storage.MendAsync();
            Assert.Equal(AfterSalesStatus.Done, (await desk.ApproveAsync(pending, badCard: true)).Value.Status);
            await desk.AssertBalanceAsync();
        }
    }

    [Fact]
    public async Task UnitThatIsNotAsItWasRead_UndoesEverything()
    {
        await using var desk = await Desk.OpenAsync(stock: 6);
        var order = await desk.SoldAsync(quantity: 2);

        // A trigger stands in for a writer that does not keep to the guards.
        await desk.Engine.Storage.TriggerAsync("moved", "INSERT", "after_sales_cases", "1 = 1", "UPDATE units SET state = 24 WHERE id = (SELECT max(id) FROM units)");
        var before = await StateOfDatabase.OfAsync(desk.Engine);

        await Assert.ThrowsAsync<InvalidOperationException>(() => desk.TryAskAsync(AfterSalesKind.Refund, order));

        Assert.Equal(before, await StateOfDatabase.OfAsync(desk.Engine));
    }

    private static async Task<string> BreakAsync(Desk desk, string change, string table)
    {
        await desk.Engine.Storage.BreakAsync(change, table);
        return await StateOfDatabase.OfAsync(desk.Engine);
    }
}

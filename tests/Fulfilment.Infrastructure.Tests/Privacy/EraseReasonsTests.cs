using Fulfilment.Core.AfterSales;
using Fulfilment.Core.Privacy;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.AfterSales;

namespace Fulfilment.Infrastructure.Tests.Privacy;

/// <summary>Support desks write who complained into the reason.</summary>
public sealed class EraseReasonsTests
{
    private const string Named = "Mrs Zqperson of Zqstreet says it does not work";

    [Fact]
    public async Task ReasonsOfAfterSales_GoWithTheOrdersPersonalData_AndTheCasesStay()
    {
        await using var desk = await Desk.OpenAsync();
        var order = await desk.SoldAsync(2, shown: true);
        var pending = (await desk.TryAskAsync(AfterSalesKind.Refund, order, [order.Lines[0].Units[0].Id], key: "case", reason: Named)).Value.Case;
        Assert.Equal(AfterSalesStatus.Done, (await desk.ApproveAsync(pending, badCard: true)).Value.Status);
        var report = new NewBadCard(desk.Engine.Ids.Next(), desk.Engine.Ids.Next(), order.Lines[0].Units[1].Id, Named, Desk.Li);
        Assert.Null((await new BadCardStore(desk.Engine.Storage.Database).FlagAsync(report)).Refusal);
        Assert.Equal(1, await desk.CountAsync("after_sales_cases", "reason <> '' AND decision_reason <> ''"));
        Assert.Equal(3, await desk.CountAsync("card_key_flags", "reason <> ''"));
        desk.Engine.Time.Stall(TimeSpan.FromDays(10));

        var erase = new EraseAfterTerm(desk.Engine.Storage.PersonalDataStore(), new RetentionOptions(5), desk.Engine.Ids, desk.Engine.Time);
        Assert.Equal(1, await erase.RunAsync(CancellationToken.None));

        Assert.Equal(0, await desk.CountAsync("after_sales_cases", "reason <> '' OR decision_reason <> ''"));
        Assert.Equal(0, await desk.CountAsync("card_key_flags", "reason <> ''"));
        Assert.Equal(0, await desk.CountAsync("audit_entries", "before LIKE '%Zq%' OR after LIKE '%Zq%'"));
        var repeat = (await desk.TryAskAsync(AfterSalesKind.Refund, order, [order.Lines[0].Units[0].Id], key: "case", reason: Named)).Value;
        Assert.Equal((true, pending.Id, ""), (repeat.IsRepeat, repeat.Case.Id, repeat.Case.Reason));
    }
}

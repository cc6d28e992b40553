using Fulfilment.Core.Privacy;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>What is looked for by person, by account and by age is read from indexes, however much else there is.</summary>
public sealed class PeopleQueriesTests
{
    public static TheoryData<string, string> Queries => new()
    {
        { "order_lines_recipient", BenefitStore.OrdersSql(PersonField.Recipient) },
        { "orders_buyer", BenefitStore.OrdersSql(PersonField.BuyerReference) },
        { "PRIMARY KEY", BenefitStore.UnitsSql(PersonField.Recipient) },
        { "PRIMARY KEY", BenefitStore.UnitsSql(PersonField.BuyerReference) },
        { "order_lines_recipient", SqlitePersonalDataStore.ByStateSql(PersonField.Recipient, "status >= 20") },
        { "orders_buyer", SqlitePersonalDataStore.ByStateSql(PersonField.BuyerReference, "status >= 20") },
        { "PRIMARY KEY", SqlitePersonalDataStore.OrdersAfterCursor },
        { "PRIMARY KEY", SqlitePersonalDataStore.PassedBy },
        { "transfers_of_debtor", AccountStore.ListSql(1) },
        { "transfers_of_creditor", AccountStore.ListSql(3) },
        { "PRIMARY KEY", AccountStore.References },
        { "PRIMARY KEY", AccountStore.Deposits },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Query_IsServedByAnIndex_WithoutSorting(string index, string sql)
    {
        using var database = await TestDatabase.CreateAsync();

        var plan = await database.PlanAsync(sql.Replace("@ids", "(1, 2)", StringComparison.Ordinal));

        Assert.Contains(index, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }
}

using Fulfilment.Core.Privacy;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>What is looked for by person, by account and by age is read from indexes, however much else there is.</summary>
[Trait("Engine", "Sqlite")]
public sealed class PeopleQueriesTests
{
    public static TheoryData<string, string> Queries => new()
    {
        { "order_lines_recipient", BenefitStore.OrdersSql(SqliteDialect.Instance, PersonField.Recipient) },
        { "orders_buyer", BenefitStore.OrdersSql(SqliteDialect.Instance, PersonField.BuyerReference) },
        { "PRIMARY KEY", BenefitStore.UnitsSql(SqliteDialect.Instance, PersonField.Recipient) },
        { "PRIMARY KEY", BenefitStore.UnitsSql(SqliteDialect.Instance, PersonField.BuyerReference) },
        { "order_lines_recipient", PersonalDataStore.ByStateSql(SqliteDialect.Instance, PersonField.Recipient, "status >= 20") },
        { "orders_buyer", PersonalDataStore.ByStateSql(SqliteDialect.Instance, PersonField.BuyerReference, "status >= 20") },
        { "PRIMARY KEY", PersonalDataStore.OrdersAfterCursor(SqliteDialect.Instance) },
        { "PRIMARY KEY", PersonalDataStore.PassedBy(SqliteDialect.Instance) },
        { "transfers_of_debtor", AccountStore.ListSql(SqliteDialect.Instance, 1) },
        { "transfers_of_creditor", AccountStore.ListSql(SqliteDialect.Instance, 3) },
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

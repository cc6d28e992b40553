using Fulfilment.Core.Alerts;
using Fulfilment.Core.Auditing;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

public sealed class AuditStoreTests
{
    // Every combination of the filters, as the bits of a number.
    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task List_IsReadFromAnIndex_WhateverTheFilters()
    {
        using var database = await TestDatabase.CreateAsync();
        for (var bits = 0; bits < 16; bits++)
        {
            var query = new AuditQuery(long.MaxValue, 50)
            {
                Subject = (bits & 1) == 0 ? null : "s",
                Actor = (bits & 2) == 0 ? null : "a",
                KeyId = (bits & 4) == 0 ? null : 1,
                Action = (bits & 8) == 0 ? null : "x",
            };

            AssertServed(await database.PlanAsync(AuditStore.ListSql(SqliteDialect.Instance, query)));
        }
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task RevealsAndAlerts_AreReadFromIndexes()
    {
        using var database = await TestDatabase.CreateAsync();
        foreach (var sql in (string[])[
            RevealCounts.Pattern, RevealCounts.Busy, RevealCounts.InRange,
            .. new AlertFilter[]
            {
                new(), new(AlertStatus.Open), new(Kind: AlertKind.RevealSpike), new(AlertStatus.Open, AlertKind.RevealSpike), new(Severity: AlertSeverity.Critical),
                new(Subject: "s"), new(Group: "g"), new(AlertStatus.Open, Group: "g"),
            }.Select(filter => AlertStore.ListSql(SqliteDialect.Instance, filter))])
        {
            AssertServed(await database.PlanAsync(sql));
        }
    }

    private static void AssertServed(string plan)
    {
        Assert.DoesNotContain("SCAN", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }
}

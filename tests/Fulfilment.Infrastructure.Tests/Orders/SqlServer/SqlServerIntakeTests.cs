using System.Text.Json;
using System.Text.RegularExpressions;
using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Storage;
using Fulfilment.Infrastructure.Storage.SqlServer;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Orders.SqlServer;

/// <summary>What intake sends to SQL Server: how often, how many statements, and that documents and statements name the same columns. No server is needed.</summary>
public sealed partial class SqlServerIntakeTests
{
    [Fact]
    public async Task CleanGroup_TakesThreeRoundTrips_HoweverLarge()
    {
        var server = new ScriptedServer(keys: 400);
        var drafts = Enumerable.Range(0, 100).Select(_ => server.Draft(quantity: 3)).ToList();

        var outcomes = await server.PlaceAsync(drafts, [.. server.Stock]);

        Assert.All(outcomes, outcome => Accepted(outcome));
        Assert.Equal([SqlServerIntakeReader.Sql, SqlServerStock.ReadSql, SqlServerIntakeWriter.Sql], server.Connection.Sent.Select(sent => sent.Text));
        Assert.Equal([4, 1, 14], server.Connection.Sent.Select(sent => StatementsIn(sent.Text)));
    }

    [Fact]
    public async Task RepeatedOrders_TakeOneRoundTrip()
    {
        var server = new ScriptedServer(keys: 0);
        var draft = server.Draft(1);
        server.Stored.Add(draft.ClientReference, (77, draft.ContentHash));

        Assert.Equal(77, OrderOf((await server.PlaceAsync([draft]))[0]));

        Assert.Single(server.Connection.Sent);
    }

    [Fact]
    public async Task KeysThatAreGone_CostOneRoundTripMore_AndComeFromTheTable()
    {
        var server = new ScriptedServer(keys: 10);

        var outcomes = await server.PlaceAsync([server.Draft(2), server.Draft(1)], 1, 2, 1_000);

        var lines = outcomes.Select(outcome => Accepted(outcome).Claim.Needs[0]).ToList();
        Assert.Equal(2, lines[0].Drift);
        Assert.Equal([1_001, 1_002], lines[0].FromTable);
        Assert.Equal([1_000], lines[1].Keys.Select(key => key.Origin.CardKeyId));
        Assert.Empty(lines[1].FromTable);
        Assert.Equal(4, server.Connection.Sent.Count);
    }

    [Fact]
    public async Task OneKeyIsPromisedOnce_WhenThePoolGuessesItTwice()
    {
        var server = new ScriptedServer(keys: 2);

        var outcomes = await server.PlaceAsync([server.Draft(1), server.Draft(1)], 1_000, 1_000);

        Assert.Equal([1_000, 1_001], outcomes.Select(outcome => Accepted(outcome).Claim.Needs[0].Keys[0].Origin.CardKeyId));
    }

    [Fact]
    public async Task DraftThatCannotBeFilled_LeavesItsKeysToThoseBehindIt()
    {
        var server = new ScriptedServer(keys: 4);

        var outcomes = await server.PlaceAsync([server.Draft(1), server.Draft(5), server.Draft(2), server.Draft(3, allowPartial: true)], 1_000, 1_001);

        Assert.Equal(RefusalCode.OutOfStock, Refused(outcomes[1]));
        Assert.Equal([1, 2, 1], new[] { 0, 2, 3 }.Select(i => Accepted(outcomes[i]).Claim.Needs[0].Keys.Count));
        Assert.Equal(4, outcomes.OfType<IntakeOutcome.Accepted>().SelectMany(outcome => outcome.Order.Claim.Needs[0].Keys).Select(key => key.Origin.CardKeyId).Distinct().Count());
    }

    [Fact]
    public async Task NothingIsWritten_WhenTheTableIsEmpty()
    {
        var server = new ScriptedServer(keys: 0);

        Assert.Equal(RefusalCode.OutOfStock, Refused((await server.PlaceAsync([server.Draft(1)], 1_000))[0]));

        Assert.Equal([SqlServerIntakeReader.Sql, SqlServerStock.ReadSql, SqlServerStock.FindSql, SqlServerIntakeReader.ReferencesSql], server.Connection.Sent.Select(sent => sent.Text));
    }

    [Fact]
    public async Task OrderThatAnotherNodeIsStoring_IsNotRefused_ForWhatItTookItself()
    {
        var server = new ScriptedServer(keys: 0);
        var draft = server.Draft(1);
        server.StoredMeanwhile = draft;

        await Assert.ThrowsAsync<StorageConflictException>(() => server.PlaceAsync([draft]));
    }

    [Fact]
    public async Task KeyThatIsTaken_WhileItIsBeingRead_IsAConflict_AndNotTheEndOfTheStock()
    {
        var server = new ScriptedServer(keys: 100) { TakenMeanwhile = { 1_000 } };

        await Assert.ThrowsAsync<StorageConflictException>(() => server.PlaceAsync([server.Draft(1)]));
    }

    [Fact]
    public async Task GroupThatFoundSomethingElseThanItRead_IsAConflict()
    {
        var server = new ScriptedServer(keys: 1) { Missed = 1 };

        await Assert.ThrowsAsync<StorageConflictException>(() => server.PlaceAsync([server.Draft(1)], 1_000));
    }

    [Fact]
    public async Task DocumentsAndStatements_NameTheSameColumns()
    {
        var server = new ScriptedServer(keys: 4);
        var repeated = server.Draft(1);
        server.Stored.Add(repeated.ClientReference, (77, repeated.ContentHash));
        await server.PlaceAsync([repeated, server.Draft(2, allowPartial: true), server.Draft(1, held: true), server.Draft(3, allowPartial: true), server.Bundle()], 1, 1_000);

        var documents = 0;
        foreach (var sent in server.Connection.Sent)
        {
            foreach (var document in Documents().Matches(sent.Text).GroupBy(match => match.Groups[1].Value, match => match.Groups[2].Value))
            {
                var read = document.SelectMany(columns => Column().Matches(columns).Select(match => match.Groups[1].Value)).ToHashSet();
                using var rows = JsonDocument.Parse((string)sent.Parameters[document.Key]!);
                var written = rows.RootElement.EnumerateArray().SelectMany(row => row.EnumerateObject()).Select(property => property.Name).ToHashSet();

                // A null is left out, and what intake tells is an order's event, never a unit's.
                Assert.Equal(read.Order(), written.Union(document.Key == "outbox" ? ["unit_id"] : []).Order());
                documents++;
            }
        }

        Assert.Equal(15, documents);
    }

    private static int StatementsIn(string sql)
    {
        using var text = new StringReader(sql);
        var script = new TSql150Parser(initialQuotedIdentifiers: true).Parse(text, out var errors);
        Assert.Empty(errors.Select(error => $"{error.Line}:{error.Column} {error.Message}"));
        var counter = new Counter();
        script.Accept(counter);
        return counter.Statements;
    }

    [GeneratedRegex(@"OPENJSON\(@(\w+)\)\s+WITH \(((?:[^()]|\([^()]*\))*)\)")]
    private static partial Regex Documents();

    [GeneratedRegex(@"(\w+) (?:BIGINT|NVARCHAR)")]
    private static partial Regex Column();

    // Those that touch a table.
    private sealed class Counter : TSqlFragmentVisitor
    {
        public int Statements { get; private set; }

        public override void Visit(DataModificationStatement node) => Statements++;

        public override void Visit(SelectStatement node) => Statements += node.QueryExpression is QuerySpecification { FromClause: not null } ? 1 : 0;
    }
}

using Fulfilment.Core;
using Fulfilment.Core.Auditing;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Reconciliation;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;
using static Fulfilment.Infrastructure.Tests.Fulfilment.ScriptedSupplier;
using static Fulfilment.Infrastructure.Tests.Orders.OrderEngine;

namespace Fulfilment.Infrastructure.Tests.Fulfilment;

/// <summary>How discrepancies end: every cent that was disputed is owed or not, once, and two people say so.</summary>
public sealed class SettlementTests
{
    private const string Note = "Zqbill 11/22, Mrs Zqperson at acme";
    private static readonly Actor Li = new("operator:li", null), Wang = new("operator:wang", null);

    [Theory]
    [InlineData(DiscrepancyOutcome.Accepted, 11, 10, 8)]
    [InlineData(DiscrepancyOutcome.Dropped, 9, 10, 0)]
    public async Task DisputedMoney_IsOwedOrNot_OnceAndByTwoPeople(DiscrepancyOutcome outcome, int debit, int credit, int owedToAcme)
    {
        await using var shop = await Workshop.OpenAsync();
        var (resolve, id) = (Resolve(shop), await LateSuccessAsync(shop));

        Assert.Equal(RefusalCode.InvalidRequest, (await resolve.ProposeAsync(id, null, Note, Li)).Refusal?.Code);
        Assert.Equal(RefusalCode.NotPending, (await resolve.ApproveAsync(id, Wang)).Refusal?.Code);
        var proposed = (await resolve.ProposeAsync(id, outcome, Note, Li)).Value;
        Assert.Equal((DiscrepancyStatus.PendingApproval, "operator:li", null), (proposed.Discrepancy.Status, proposed.ProposedBy, proposed.ResolvedBy));
        Assert.Equal(RefusalCode.NotPending, (await resolve.ProposeAsync(id, outcome, Note, Wang)).Refusal?.Code);
        Assert.Equal(RefusalCode.SecondPersonRequired, (await resolve.ApproveAsync(id, Li)).Refusal?.Code);
        Assert.Equal(0, await shop.CountAsync("transfers", "kind = 8"));
        await shop.AssertSoundAsync();

        var approved = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => resolve.ApproveAsync(id, Wang))));

        Assert.Equal((DiscrepancyStatus.Resolved, "operator:wang", outcome), Assert.Single(
            approved.Where(answer => answer.Refusal is null).Select(answer => (answer.Value.Discrepancy.Status, answer.Value.ResolvedBy, answer.Value.Outcome))));
        Assert.Equal(3, approved.Count(answer => answer.Refusal?.Code == RefusalCode.NotPending));
        Assert.Equal(1, await shop.CountAsync("transfers", "kind = 8"));
        Assert.Equal(1, await shop.CountAsync("transfers", $"kind = 8 AND debit_account = {debit} AND credit_account = {credit} AND amount = 80000 AND currency = 'CNY'"));
        Assert.Equal(Cny(owedToAcme).TenThousandths, await SumAsync(shop, "credit") - await SumAsync(shop, "debit"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task RejectedProposal_PostsNothing_AndItIsOpenAgain()
    {
        await using var shop = await Workshop.OpenAsync();
        var (resolve, id) = (Resolve(shop), await LateSuccessAsync(shop));
        await resolve.ProposeAsync(id, DiscrepancyOutcome.Dropped, Note, Li);

        var rejected = (await resolve.RejectAsync(id, "the bill says otherwise", Wang)).Value;

        Assert.Equal((DiscrepancyStatus.Open, null, Note, "the bill says otherwise"), (rejected.Discrepancy.Status, rejected.Outcome, rejected.Note?.Text, rejected.Note?.Rejection));
        Assert.Equal(RefusalCode.NotPending, (await resolve.RejectAsync(id, "again", Wang)).Refusal?.Code);
        Assert.Equal(0, await shop.CountAsync("transfers", "kind = 8"));
        await shop.AssertSoundAsync();
        await resolve.ProposeAsync(id, DiscrepancyOutcome.Accepted, Note, Wang);
        Assert.Null((await resolve.ApproveAsync(id, Li)).Refusal);
        Assert.Equal(
            ["discrepancy.proposed", "discrepancy.rejected", "discrepancy.proposed", "discrepancy.approved"],
            (await new AuditStore(shop.Engine.Storage.Database).ListAsync(new AuditQuery(long.MaxValue, 9), CancellationToken.None)).Where(entry => entry.Action.StartsWith("discrepancy", StringComparison.Ordinal)).Select(entry => entry.Action).Reverse());
        await shop.AssertSoundAsync();
    }

    [Theory]
    [InlineData("rejected", 80_000, 9, 11)]
    [InlineData("dearer", 10_000, 9, 11)]
    [InlineData("cheaper", -10_000, 11, 9)]
    public async Task WhatWasPostedAsCharged_StaysOrGoesBack(string how, long amount, int debit, int credit)
    {
        foreach (var outcome in Enum.GetValues<DiscrepancyOutcome>())
        {
            await using var shop = await Workshop.OpenAsync();
            shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request) with { Cost = how == "rejected" ? null : new Money(80_000 + amount) });
            await shop.OrderAsync("TOPUP");
            await shop.FinishAsync();
            if (how == "rejected")
            {
                await shop.CallBackAsync("acme", $"{(await shop.AttemptsAsync())[0].Id}", new SupplierOutcome.Rejected("no_stock"));
            }

            var (resolve, found) = (Resolve(shop), await OnlyAsync(shop));
            Assert.Equal(amount, found.Discrepancy.Amount.TenThousandths);
            await resolve.ProposeAsync(found.Discrepancy.Id, outcome, Note, Li);
            Assert.Null((await resolve.ApproveAsync(found.Discrepancy.Id, Wang)).Refusal);

            Assert.Equal(
                outcome == DiscrepancyOutcome.Dropped ? 1 : 0,
                await shop.CountAsync("transfers", $"kind = 8 AND debit_account = {debit} AND credit_account = {credit} AND amount = {Math.Abs(amount)}"));
            Assert.Equal(outcome == DiscrepancyOutcome.Dropped ? 1 : 0, await shop.CountAsync("transfers", "kind = 8"));
            await shop.AssertSoundAsync();
        }
    }

    [Theory]
    [InlineData(90_000, true)]
    [InlineData(90_000, false)]
    [InlineData(70_000, true)]
    [InlineData(70_000, false)]
    public async Task TwoDiscrepanciesOfAnAttempt_TakeBackWhatWasBooked_AndNoMore(long charged, bool costFirst)
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request) with { Cost = new Money(charged) });
        await shop.OrderAsync("TOPUP");
        await shop.FinishAsync();
        var (resolve, cost) = (Resolve(shop), await OnlyAsync(shop));
        var rejection = new SupplierOutcome.Rejected("no_stock");
        if (costFirst)
        {
            await DropAsync(cost);
        }

        await shop.CallBackAsync("acme", $"{(await shop.AttemptsAsync())[0].Id}", rejection);
        var late = (await Store(shop).ListAsync(new DiscrepancyQuery(long.MaxValue, 9), CancellationToken.None)).Single(found => found.Discrepancy.Kind == DiscrepancyKind.LateRejection);
        await resolve.ProposeAsync(late.Discrepancy.Id, DiscrepancyOutcome.Dropped, Note, Li);
        if (!costFirst)
        {
            await resolve.ProposeAsync(cost.Discrepancy.Id, DiscrepancyOutcome.Dropped, Note, Li);
            Assert.Equal(RefusalCode.StateConflict, (await resolve.ApproveAsync(late.Discrepancy.Id, Wang)).Refusal?.Code);
            await resolve.RejectAsync(cost.Discrepancy.Id, "with the other one", Wang);
        }

        Assert.Null((await resolve.ApproveAsync(late.Discrepancy.Id, Wang)).Refusal);

        Assert.Equal(0, await SumAsync(shop, "credit") - await SumAsync(shop, "debit"));
        Assert.Equal(costFirst ? charged - 80_000 : 0, (await Store(shop).FindAsync(cost.Discrepancy.Id, CancellationToken.None))!.Discrepancy.Amount.TenThousandths);
        await shop.AssertSoundAsync();

        async Task DropAsync(KnownDiscrepancy known)
        {
            await resolve.ProposeAsync(known.Discrepancy.Id, DiscrepancyOutcome.Dropped, Note, Li);
            Assert.Null((await resolve.ApproveAsync(known.Discrepancy.Id, Wang)).Refusal);
        }
    }

    [Fact]
    public async Task DiscrepancyWithoutMoney_IsSettledByOnePersonAtOnce()
    {
        await using var shop = await Workshop.OpenAsync();
        shop.Acme1.OnIssue = request => Answer(shop.Acme1.Issue(request, "AAAA-1", "AAAA-2"));
        await shop.OrderAsync();
        await shop.FinishAsync();
        var (resolve, id) = (Resolve(shop), (await OnlyAsync(shop)).Discrepancy.Id);

        Assert.Equal("/outcome", (await resolve.ProposeAsync(id, DiscrepancyOutcome.Accepted, Note, Li)).Refusal?.Param);
        var resolved = (await resolve.ProposeAsync(id, null, Note, Li)).Value;

        Assert.Equal((DiscrepancyStatus.Resolved, "operator:li", resolved.ProposedAtMs), (resolved.Discrepancy.Status, resolved.ResolvedBy, resolved.ResolvedAtMs));
        Assert.Equal(0, await shop.CountAsync("transfers", "kind = 8"));
        await shop.AssertSoundAsync();
    }

    [Fact]
    public async Task Note_IsEncrypted_AndGoesWithItsOrdersPersonalDataOrAfterTheTerm()
    {
        await using var shop = await Workshop.OpenAsync();
        var (resolve, id) = (Resolve(shop), await LateSuccessAsync(shop));
        await resolve.ProposeAsync(id, DiscrepancyOutcome.Dropped, Note, Li);
        Assert.Equal(Note, (await OnlyAsync(shop)).Note?.Text);
        var stored = await shop.Engine.Storage.ScalarAsync<byte[]>("SELECT content FROM discrepancies");
        Assert.DoesNotContain("Zq", System.Text.Encoding.Latin1.GetString(stored!), StringComparison.Ordinal);
        Assert.Equal(0, await shop.CountAsync("audit_entries", "before LIKE '%Zq%' OR after LIKE '%Zq%'"));

        shop.Pass(TimeSpan.FromDays(40));
        await EraseAsync(shop);
        Assert.Null((await OnlyAsync(shop)).Note);
        Assert.Equal(RefusalCode.StateConflict, (await resolve.ApproveAsync(id, Wang)).Refusal?.Code);

        // Noted after its order was erased: its own age counts.
        await resolve.RejectAsync(id, "anew", Wang);
        await resolve.ProposeAsync(id, DiscrepancyOutcome.Dropped, Note, Li);
        await EraseAsync(shop);
        Assert.Equal(Note, (await OnlyAsync(shop)).Note?.Text);
        shop.Pass(TimeSpan.FromDays(40));
        await EraseAsync(shop);
        Assert.Equal(0, await shop.CountAsync("discrepancies", "content IS NOT NULL"));
    }

    [Trait("Engine", "Sqlite")]
    [Theory]
    [InlineData(DiscrepancyStatus.Open, "discrepancies_open")]
    [InlineData(DiscrepancyStatus.PendingApproval, "discrepancies_pending")]
    public async Task List_IsARangeOfItsIndex(DiscrepancyStatus status, string index)
    {
        await using var shop = await Workshop.OpenAsync();
        var sql = DiscrepancyStore.ListSql(SqliteDialect.Instance, new DiscrepancyQuery(1, 1) { Status = status });
        Assert.Contains($"SEARCH discrepancies USING INDEX {index}", await shop.Engine.Storage.PlanAsync(sql), StringComparison.Ordinal);
    }

    [Fact]
    public void DisputedKinds_AreTheSameInStatements() => Assert.Equal(
        DiscrepancyStore.Disputed, $"kind IN ({string.Join(", ", Enum.GetValues<DiscrepancyKind>().Where(Discrepancy.IsDisputed).Select(kind => (int)kind))})");

    private static ResolveDiscrepancy Resolve(Workshop shop) => new(Store(shop), shop.Engine.Ids, shop.Engine.Time);

    private static DiscrepancyStore Store(Workshop shop) => new(shop.Engine.Storage.Database, shop.Node.Vault);

    private static async Task<KnownDiscrepancy> OnlyAsync(Workshop shop) => Assert.Single(await Store(shop).ListAsync(new DiscrepancyQuery(long.MaxValue, 9), CancellationToken.None));

    // Of 8.00, after acme had rejected and the next route delivered.
    private static async Task<long> LateSuccessAsync(Workshop shop)
    {
        shop.Acme1.OnIssue = _ => Reject();
        await shop.OrderAsync();
        await shop.FinishAsync();
        await shop.CallBackAsync("acme", $"{(await shop.AttemptsAsync())[0].Id}", new SupplierOutcome.Issued([new IssuedCode(new CodeText("77", "LATE-1"))]));
        return (await OnlyAsync(shop)).Discrepancy.Id;
    }

    private static Task<long> SumAsync(Workshop shop, string side) => shop.Engine.Storage.Database.ReadAsync(connection => Dapper.SqlMapper.ExecuteScalarAsync<long>(
        connection, $"SELECT coalesce(sum(amount), 0) FROM transfers WHERE {side}_account = 9 AND {side}_subject = (SELECT id FROM suppliers WHERE code = 'acme')"));

    private static Task EraseAsync(Workshop shop) =>
        shop.Engine.Storage.PersonalDataStore().EraseClosedBeforeAsync(shop.Engine.Time.GetUtcNow().AddDays(-30), 0, null);
}

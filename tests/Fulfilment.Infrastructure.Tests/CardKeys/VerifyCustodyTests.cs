using Fulfilment.Core.Alerts;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Checks;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Tests.Storage;

namespace Fulfilment.Infrastructure.Tests.CardKeys;

public sealed class VerifyCustodyTests
{
    private const string ADelivered = "(SELECT min(id) FROM card_keys WHERE state = 13)";
    private const string AReserved = "(SELECT min(id) FROM card_keys WHERE state = 11)";
    private const string LongestChain = "(SELECT min(card_key_id) FROM custody_entries WHERE sequence = (SELECT max(sequence) FROM custody_entries))";

    [Fact]
    public async Task SoundDatabase_HasNoFindings()
    {
        await using var shop = await TestShop.OpenBusyAsync();

        var report = await VerifyAsync(shop);

        Assert.Empty(report.Findings.Kept);
        Assert.Equal(TestShop.Keys, report.Keys);
        Assert.Equal(await shop.ScalarAsync<long>("SELECT count(*) FROM custody_entries"), report.Entries);
        Assert.Equal(2, await shop.ScalarAsync<long>("SELECT count(DISTINCT day) FROM custody_days"));
        Assert.True(await shop.ScalarAsync<long>("SELECT max(sequence) FROM custody_entries") >= 3);
    }

    [Fact]
    public async Task UnsoldStock_HasNoFindings()
    {
        await using var shop = await TestShop.OpenAsync();

        Assert.Empty((await VerifyAsync(shop)).Findings.Kept);
    }

    // Each plants one fault; others that follow from it are named as well.
    [Theory]
    [InlineData(CustodyFault.SealBroken, $"UPDATE custody_entries SET seal = (SELECT max(root) FROM custody_days) WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.SealBroken, $"UPDATE custody_entries SET seal = substring(seal, 1, 1) WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.SealBroken, $"UPDATE custody_entries SET at = at + 1 WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.SealBroken, $"UPDATE custody_entries SET unit_id = unit_id + 1 WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.SealBroken, $"UPDATE card_keys SET expires_on = expires_on + 1 WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.SealBroken, $"UPDATE card_keys SET fingerprint = substring(fingerprint, 1, 8) WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.SequenceGap, $"DELETE FROM custody_entries WHERE sequence = 2 AND card_key_id = {LongestChain}")]
    [InlineData(CustodyFault.SequenceGap, $"UPDATE custody_entries SET sequence = 7 WHERE sequence = 1 AND card_key_id = {LongestChain}")]
    [InlineData(CustodyFault.TransitionNotAllowed, $"UPDATE custody_entries SET state = 13 WHERE sequence = 1 AND card_key_id = {LongestChain}")]
    [InlineData(CustodyFault.StateDiffers, $"UPDATE card_keys SET state = 10 WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.StateDiffers, $"UPDATE card_keys SET state = 99 WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.StateDiffers, $"DELETE FROM custody_entries WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.UnitMissing, $"UPDATE units SET card_key_id = NULL WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.UnitMissing, $"DELETE FROM units WHERE card_key_id = {AReserved}")]
    [InlineData(CustodyFault.UnitDiffers, $"UPDATE units SET state = 22 WHERE card_key_id = {AReserved}")]
    [InlineData(CustodyFault.UnitDiffers, $"UPDATE units SET state = 11 WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.UnitDiffers, $"UPDATE units SET id = id + 1000000 WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.FingerprintDiffers, $"DELETE FROM code_fingerprints WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.FingerprintDiffers, $"UPDATE code_fingerprints SET card_key_id = 1 WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.KeyMissing, $"DELETE FROM card_keys WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.UnitWithoutKey, $"DELETE FROM card_keys WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.UnitWithoutKey, $"UPDATE units SET card_key_id = NULL WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.DaySealBroken, "UPDATE custody_days SET entries = entries + 1")]
    [InlineData(CustodyFault.DaySealBroken, "UPDATE custody_days SET root = substring(root, 1, 1)")]
    [InlineData(CustodyFault.DayCountDiffers, "DELETE FROM custody_days WHERE day = (SELECT min(day) FROM custody_days)")]
    [InlineData(CustodyFault.DayCountDiffers, $"DELETE FROM custody_entries WHERE card_key_id = {LongestChain} AND sequence = (SELECT max(sequence) FROM custody_entries WHERE card_key_id = {LongestChain})")]
    [InlineData(CustodyFault.DayCountDiffers, $"UPDATE custody_entries SET at = 9223372036854775807 WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.DayRootDiffers, $"UPDATE custody_entries SET seal = (SELECT max(root) FROM custody_days) WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.BatchCountDiffers, "DELETE FROM card_keys WHERE id = (SELECT max(id) FROM card_keys)")]
    [InlineData(CustodyFault.BatchCountDiffers, "UPDATE batches SET accepted = accepted - 1")]
    [InlineData(CustodyFault.BatchCountDiffers, "UPDATE card_keys SET batch_id = 4 WHERE state = 11")]
    [InlineData(CustodyFault.BatchStockDiffers, "UPDATE batch_stock SET available = available + 1, delivered = delivered - 1")]
    public async Task Fault_IsNamed(CustodyFault fault, string sql)
    {
        await using var shop = await TestShop.OpenBusyAsync();
        await shop.CorruptAsync(sql);

        var report = await VerifyAsync(shop);

        Assert.Contains(report.Findings.Kept, finding => finding.Kind == fault);
        Assert.All(report.Findings.Kept, finding => Assert.NotEmpty(finding.Subject));
    }

    /// <summary>Somebody who can write to the database rewrites a sale: the entry goes, the key is for sale again, the counters agree.</summary>
    [Fact]
    public async Task SaleUndoneByHand_IsFound_ByTheDayRoot()
    {
        await using var shop = await TestShop.OpenBusyAsync();
        await shop.CorruptAsync($"""
            DELETE FROM custody_entries WHERE card_key_id = {ADelivered};
            DELETE FROM units WHERE card_key_id = {ADelivered};
            UPDATE batch_stock SET available = available + 1, delivered = delivered - 1 WHERE delivered > 0;
            UPDATE card_keys SET state = 10 WHERE id = {ADelivered};
            """);

        var report = await VerifyAsync(shop);

        Assert.Equal(CustodyFault.DayCountDiffers, Assert.Single(report.Findings.Kept).Kind);
    }

    [Fact]
    public async Task Findings_AreAllCounted_AndFewKept()
    {
        await using var shop = await TestShop.OpenBusyAsync();
        await shop.CorruptAsync("DELETE FROM code_fingerprints");

        var report = await VerifyAsync(shop, most: 3);

        Assert.Equal(3, report.Findings.Kept.Count);
        Assert.Equal(TestShop.Keys, report.Findings.Total);
        Assert.Equal(TestShop.Keys, report.Findings.Counts[CustodyFault.FingerprintDiffers]);
    }

    [Trait("Engine", "Sqlite")]
    [Fact]
    public async Task Verification_SortsNothing()
    {
        using var database = await TestDatabase.CreateAsync();
        Assert.DoesNotContain("TEMP B-TREE", await database.PlanAsync(CustodyRecordStore.Keys), StringComparison.Ordinal);
    }

    /// <summary>A sale between two of its reads would look like a fault if they did not see the same moment.</summary>
    [Fact]
    public async Task SalesDuringTheVerification_AreNoFindings()
    {
        await using var shop = await TestShop.OpenAsync();
        await shop.PlaceAsync(1);
        var store = new SellingStore(new CustodyRecordStore(shop.Database), () => shop.PlaceAsync(3));

        var report = await VerifyAsync(shop, store: store);

        Assert.Empty(report.Findings.Kept);
        Assert.Equal(1, report.Entries);
        Assert.Equal(4, await shop.ScalarAsync<long>("SELECT count(*) FROM custody_entries"));
    }

    [Fact]
    public async Task InPieces_SoundDatabaseHasNoFindings_AlsoWhileItSells()
    {
        await using var shop = await TestShop.OpenAsync();
        await shop.PlaceAsync(1);
        var store = new SellingStore(new CustodyRecordStore(shop.Database), () => shop.PlaceAsync(1));

        var report = await InPiecesAsync(shop, store);

        Assert.Equal("all is well", report.Findings.Summary());
        Assert.Equal(TestShop.Keys, report.Keys);
    }

    [Theory]
    [InlineData(CustodyFault.SealBroken, $"UPDATE custody_entries SET unit_id = unit_id + 1 WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.StateDiffers, $"UPDATE card_keys SET state = 10 WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.UnitDiffers, $"UPDATE units SET state = 22 WHERE card_key_id = {AReserved}")]
    [InlineData(CustodyFault.FingerprintDiffers, $"DELETE FROM code_fingerprints WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.KeyMissing, $"DELETE FROM card_keys WHERE id = {ADelivered}")]
    [InlineData(CustodyFault.UnitWithoutKey, $"UPDATE units SET card_key_id = NULL WHERE card_key_id = {ADelivered}")]
    [InlineData(CustodyFault.DaySealBroken, "UPDATE custody_days SET entries = entries + 1")]
    [InlineData(CustodyFault.DayCountDiffers, "DELETE FROM custody_days WHERE day = (SELECT min(day) FROM custody_days)")]
    [InlineData(CustodyFault.BatchCountDiffers, "UPDATE batches SET accepted = accepted + 1")]
    [InlineData(CustodyFault.BatchStockDiffers, "UPDATE batch_stock SET available = available + 1, delivered = delivered - 1")]
    public async Task InPieces_FaultIsFound_AndRaisesAnAlert_UntilItIsGone(CustodyFault fault, string sql)
    {
        await using var shop = await TestShop.OpenBusyAsync();
        var alerts = new AlertStore(shop.Database, shop.Ids, shop.Time);
        var verify = new VerifyCustody(new CustodyRecordStore(shop.Database), new CustodyChain(shop.Seal), shop.Seal, shop.Calendar);
        var watch = new WatchCustody(verify, new MatchAlerts(alerts), shop.Time);
        Assert.Contains("all is well", await watch.RunAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await shop.CorruptAsync(sql);
        Assert.Contains(fault.ToString(), await watch.RunAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await watch.RunAsync(TestContext.Current.CancellationToken);

        var alert = Assert.Single(await alerts.StandingAsync(AlertKind.CustodyBroken)).Value;
        Assert.Contains(fault.ToString(), alert.Cause.English, StringComparison.Ordinal);
        Assert.Equal(1, alert.Count);
    }

    private static Task<CustodyReport> InPiecesAsync(TestShop shop, ICustodyRecordStore store) =>
        new VerifyCustody(store, new CustodyChain(shop.Seal), shop.Seal, shop.Calendar).RunInPiecesAsync(new Pace(shop.Time), TestContext.Current.CancellationToken);

    private static Task<CustodyReport> VerifyAsync(TestShop shop, int most = 100, ICustodyRecordStore? store = null) =>
        new VerifyCustody(store ?? new CustodyRecordStore(shop.Database), new CustodyChain(shop.Seal), shop.Seal, shop.Calendar)
            .RunAsync(most, null, TestContext.Current.CancellationToken);

    // Sells something after the batches have been read.
    private sealed class SellingStore(ICustodyRecordStore inner, Func<Task> sell) : ICustodyRecordStore
    {
        public Task ReadAsync(Func<ICustodyRecords, Task> work, CancellationToken cancellation) =>
            inner.ReadAsync(records => work(new Records(records, sell)), cancellation);

        private sealed class Records(ICustodyRecords inner, Func<Task> sell) : ICustodyRecords
        {
            public async Task<IReadOnlyList<BatchCounters>> BatchesAsync(CancellationToken cancellation)
            {
                var batches = await inner.BatchesAsync(cancellation);
                await sell();
                return batches;
            }

            public Task<IReadOnlyList<long>> BatchIdsAsync(CancellationToken cancellation) => inner.BatchIdsAsync(cancellation);

            public async Task<IReadOnlyList<BatchCounters>> BatchAsync(long batchId, CancellationToken cancellation)
            {
                var batch = await inner.BatchAsync(batchId, cancellation);
                await sell();
                return batch;
            }

            public Task<IReadOnlyList<CustodyDay>> DaysAsync(CancellationToken cancellation) => inner.DaysAsync(cancellation);

            public IAsyncEnumerable<CustodyRecord> KeysAsync(CancellationToken cancellation) => inner.KeysAsync(cancellation);

            public IAsyncEnumerable<CustodyRecord> KeysOfBatchAsync(long batchId, CancellationToken cancellation) => inner.KeysOfBatchAsync(batchId, cancellation);

            public IAsyncEnumerable<long> EntriesWithoutKeyAsync(CancellationToken cancellation) => inner.EntriesWithoutKeyAsync(cancellation);

            public IAsyncEnumerable<long> UnitsWithoutKeyAsync(CancellationToken cancellation) => inner.UnitsWithoutKeyAsync(cancellation);

            public IAsyncEnumerable<long> KeysFlaggedWronglyAsync(CancellationToken cancellation) => inner.KeysFlaggedWronglyAsync(cancellation);
        }
    }
}

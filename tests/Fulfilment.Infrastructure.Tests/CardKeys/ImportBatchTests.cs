using System.Text;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Tests.CardKeys;

public sealed class ImportBatchTests : IAsyncLifetime
{
    private ImportBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await ImportBench.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _bench.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Rows_BecomeAvailableCardKeys_WithTheirCost()
    {
        var result = await _bench.ImportAsync("number,secret,expiresOn\nN1,A1,2027-01-31\nN2,A2,\n,A3,\n");

        var batch = await _bench.AssertExactAsync();
        Assert.Equal(batch, result.Value.Batch with { ContentHash = batch.ContentHash });
        Assert.False(result.Value.IsRepeat);
        Assert.Equal((BatchStatus.Completed, 3, 3L), (batch.Status, batch.Accepted, batch.Total));
        Assert.Equal(1, await _bench.CountAsync($"SELECT count(*) FROM card_keys WHERE expires_on = {new DateOnly(2027, 1, 31).DayNumber} AND sku_id = 1 AND state = 10"));
        Assert.Equal(2, await _bench.CountAsync($"SELECT count(*) FROM card_keys WHERE expires_on = {ExpiryDay.Never}"));
        Assert.Equal(2, await _bench.CountAsync("SELECT count(*) FROM card_keys WHERE number_hash IS NOT NULL"));
        Assert.Equal([1], _bench.Pool.Resets);
        Assert.True(await _bench.CountAsync("SELECT value FROM change_counters WHERE name = 'stock'") > 0);
    }

    [Fact]
    public async Task Code_ComesBackFromStorage_AsItWasInTheFile()
    {
        await _bench.ImportAsync("number,secret\n 卡-1 ,ab-CD 12\n");

        var id = await _bench.CountAsync("SELECT id FROM card_keys");
        var code = await _bench.ScalarAsync<byte[]>("SELECT code FROM card_keys");
        Assert.Equal(new CodeText("卡-1", "ab-CD 12"), _bench.Protection.Reveal(id, code!));
    }

    [Fact]
    public async Task SameCode_EntersOnce_InOneFile_AcrossFiles_AcrossSkus()
    {
        // The second and third are the first in other spellings; they stand in one slice with it and in the next one.
        var first = await _bench.ImportAsync("A-1\nA1\nB\nC\nD\n Ａ１ \n", "first");
        var second = await _bench.ImportAsync("B\nE\n", "second");
        var other = await _bench.ImportAsync("E\nF\nA 1\n", "other", "TWO");

        Assert.Equal((4, 2), (first.Value.Batch.Accepted, first.Value.Batch.Duplicate));
        Assert.Equal(["2 duplicate", "6 duplicate"], await _bench.RejectedAsync(first.Value.Batch));
        Assert.Equal((1, 1), (second.Value.Batch.Accepted, second.Value.Batch.Duplicate));
        Assert.Equal((1, 2), (other.Value.Batch.Accepted, other.Value.Batch.Duplicate));
        Assert.Equal(6, await _bench.CountAsync("SELECT count(*) FROM card_keys"));
        await _bench.AssertExactAsync("first");
        await _bench.AssertExactAsync("second");
        await _bench.AssertExactAsync("other");
    }

    [Fact]
    public async Task ManyFilesAtOnce_WithTheSameCodes_AcceptEachCodeOnce()
    {
        var csv = string.Join('\n', Enumerable.Range(0, 100).Select(i => $"CODE{i}"));
        var processes = Enumerable.Range(0, 8).Select(_ => _bench.Process()).ToList();

        var results = await Task.WhenAll(processes.Select((import, i) =>
            Task.Run(() => ImportBench.ImportAsync(import, new MemoryStream(Encoding.UTF8.GetBytes(csv)), $"key-{i}"))));

        Assert.Equal(100, results.Sum(result => result.Value.Batch.Accepted));
        Assert.Equal(700, results.Sum(result => result.Value.Batch.Duplicate));
        Assert.Equal(100, await _bench.CountAsync("SELECT count(*) FROM card_keys"));
    }

    [Fact]
    public async Task BadRows_AreReportedWithTheirLines_AndTheRestIsImported()
    {
        var result = await _bench.ImportAsync("""
            number,secret,expiresOn
            N1,A1,2027-01-31
            N2,,2027-01-31
            N3,A3,2026-13-01

            N4,"A4,2027-01-31
            N5,- -,
            N6,A6,2026-05-31
            N7,A7,2026-06-01
            """);

        Assert.Equal((2, 5), (result.Value.Batch.Accepted, result.Value.Batch.Rejected));
        Assert.Equal(["3 empty_secret", "4 bad_date", "6 bad_quote", "7 empty_secret", "8 expired"], await _bench.RejectedAsync(result.Value.Batch));
        await _bench.AssertExactAsync();
    }

    [Fact]
    public async Task RowWithoutDate_TakesTheBatchs_AndExpiresWithIt()
    {
        var command = new ImportBatchCommand { Owner = "operator:li", IdempotencyKey = "key", Sku = "ONE", ExpiresOn = new DateOnly(2026, 5, 31) };

        var result = await _bench.ImportAsync("secret,expiresOn\nA1,\nA2,2026-06-01\n", command: command);

        Assert.Equal((1, 1), (result.Value.Batch.Accepted, result.Value.Batch.Rejected));
        Assert.Equal(["2 expired"], await _bench.RejectedAsync(result.Value.Batch));
    }

    [Fact]
    public async Task ExpiredCode_DoesNotBlockTheSameCodeWithAnotherDate()
    {
        var result = await _bench.ImportAsync("secret,expiresOn\nA1,2020-01-01\nA1,2027-01-01\n");

        Assert.Equal((1, 0, 1), (result.Value.Batch.Accepted, result.Value.Batch.Duplicate, result.Value.Batch.Rejected));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\r\n\n")]
    [InlineData("number,secret,expiresOn\n")]
    public async Task FileWithoutRows_IsRefused_AndNothingIsStored(string csv)
    {
        var result = await _bench.ImportAsync(csv);

        Assert.Equal(RefusalCode.InvalidRequest, result.Refusal?.Code);
        Assert.Equal(0, await _bench.CountAsync("SELECT count(*) FROM batches"));
    }

    [Fact]
    public async Task FileOfBadRowsOnly_Completes_WithAllOfThemRejected()
    {
        var result = await _bench.ImportAsync("secret\n\"\n\"\n\"x\"y\n-\n \"\n");

        Assert.Equal(BatchStatus.Completed, result.Value.Batch.Status);
        Assert.Equal(result.Value.Batch.Total, result.Value.Batch.Rejected);
        Assert.Equal(0, await _bench.CountAsync("SELECT count(*) FROM batch_stock"));
        Assert.Equal(0, await _bench.CountAsync("SELECT count(*) FROM transfers"));
        await _bench.AssertExactAsync();
    }

    [Theory]
    [InlineData("NONE", "key", RefusalCode.UnknownSku)]
    [InlineData("one", "key", RefusalCode.UnknownSku)]
    [InlineData("HAND", "key", RefusalCode.InvalidRequest)]
    [InlineData("ONE", "", RefusalCode.InvalidRequest)]
    [InlineData("ONE", "a b", RefusalCode.InvalidRequest)]
    [InlineData("ONE", "键", RefusalCode.InvalidRequest)]
    public async Task WhatCannotBeImported_IsRefused(string sku, string key, RefusalCode code)
    {
        var result = await _bench.ImportAsync("A1\n", key, sku);

        Assert.Equal(code, result.Refusal?.Code);
        Assert.Equal(0, await _bench.CountAsync("SELECT count(*) FROM batches"));
    }

    [Fact]
    public async Task PlainText_IsNowhereInTheDatabasesFiles()
    {
        await _bench.ImportAsync("number,secret\nNUMBER-77001,SECRET-88001\nNUMBER-77002,SECRET-88002\nNUMBER-77003,\"SECRET-88003\"x\n");
        await _bench.ImportAsync("number,secret\nNUMBER-77001,SECRET-88001\n", "again");

        foreach (var file in Directory.GetFiles(_bench.Folder))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
            var content = Encoding.Latin1.GetString(bytes);
            Assert.DoesNotContain("7700", content, StringComparison.Ordinal);
            Assert.DoesNotContain("8800", content, StringComparison.Ordinal);
        }
    }
}

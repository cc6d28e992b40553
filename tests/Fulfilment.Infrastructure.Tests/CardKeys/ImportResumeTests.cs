using System.Text;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Infrastructure.Tests.CardKeys;

public sealed class ImportResumeTests : IAsyncLifetime
{
    private const string TenRows = "A0\nA1\nA2\nA3\nA4\nA5\nA6\nA7\nA8\nA9\n";

    private static readonly string ThirtyRows = TenRows + TenRows.Replace('A', 'B') + TenRows.Replace('A', 'C');

    private ImportBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await ImportBench.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _bench.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(12, 12)]
    [InlineData(13, 12)]
    [InlineData(23, 12)]
    [InlineData(24, 24)]
    [InlineData(29, 24)]
    [InlineData(30, 24)]
    public async Task BrokenUpload_KeepsItsWholeWindows_AndGoesOnFromThere(int rowsThatCame, long rowsKept)
    {
        await Assert.ThrowsAsync<IOException>(() => BreakAsync(ThirtyRows, rowsThatCame * 3));

        if (rowsKept > 0)
        {
            var broken = await _bench.AssertExactAsync();
            Assert.Equal((BatchStatus.Importing, rowsKept, null), (broken.Status, broken.Processed, broken.Total));
        }

        var resumed = await _bench.ImportAsync(ThirtyRows);
        Assert.False(resumed.Value.IsRepeat);
        var batch = await _bench.AssertExactAsync();
        Assert.Equal((BatchStatus.Completed, 30, 30), (batch.Status, batch.Processed, batch.Accepted));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task FailureAfterAnySlice_KeepsThoseBefore_AndGoesOnFromThere(int slices)
    {
        await Assert.ThrowsAsync<IOException>(async () =>
            await ImportBench.ImportAsync(_bench.Process(slicesUntilFailure: slices), new MemoryStream(Encoding.UTF8.GetBytes(ThirtyRows))));

        var broken = await _bench.AssertExactAsync();
        Assert.Equal((BatchStatus.Importing, slices * ImportBench.SliceRows), (broken.Status, broken.Processed));

        if (slices > 0)
        {
            Assert.Equal(RefusalCode.IdempotencyMismatch, (await _bench.ImportAsync("B\n" + ThirtyRows)).Refusal?.Code);
        }

        await _bench.ImportAsync(ThirtyRows);
        var batch = await _bench.AssertExactAsync();
        Assert.Equal((30, 30, 0), (batch.Processed, batch.Accepted, batch.Duplicate));
    }

    [Fact]
    public async Task UploadBrokenAgainAndAgain_AnyWhere_EndsWithExactCounts()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var run = 0; run < 20; run++)
        {
            using var bench = await ImportBench.CreateAsync();
            var (csv, accepted, duplicate, rejected) = RandomFile(random);
            var bytes = Encoding.UTF8.GetBytes(csv);
            var processed = 0L;
            for (var breaks = 0; breaks < 6; breaks++)
            {
                var failing = random.Next(2) == 0;
                var import = bench.Process(slicesUntilFailure: failing ? random.Next(3) : int.MaxValue);
                await Assert.ThrowsAsync<IOException>(() => ImportBench.ImportAsync(import, new BreakingStream(bytes, random.Next(bytes.Length))));
                if (await bench.CountAsync("SELECT count(*) FROM batches") > 0)
                {
                    var broken = await bench.AssertExactAsync();
                    Assert.True(broken.Processed >= processed, $"went back; seed {seed}");
                    processed = broken.Processed;
                }
            }

            var batch = (await bench.ImportAsync(csv)).Value.Batch;
            Assert.True((accepted, duplicate, rejected) == (batch.Accepted, batch.Duplicate, batch.Rejected), $"{batch}; expected {accepted}, {duplicate}, {rejected}; seed {seed}");
            await bench.AssertExactAsync();
        }
    }

    [Fact]
    public async Task Repeat_AnswersAsTheFirst_AndStoresNothing()
    {
        var first = await _bench.ImportAsync(TenRows + "\"\n");
        var repeat = await _bench.ImportAsync(TenRows.Replace("\n", "\r\n", StringComparison.Ordinal) + "\n\"\n");

        Assert.True(repeat.Value.IsRepeat);
        Assert.Equal(first.Value.Batch.Id, repeat.Value.Batch.Id);
        Assert.Equal((10, 1), (repeat.Value.Batch.Accepted, repeat.Value.Batch.Rejected));
        await _bench.AssertExactAsync();
    }

    [Theory]
    [InlineData("A0\nA1\nA2\nA3\nA4\nA5\nA6\nA7\nA8\n")]
    [InlineData("A0\nA1\nA2\nA3\nA4\nA5\nA6\nA7\nA8\nA9\nB\n")]
    [InlineData("A0\nA1\nA2\nA3\nA4\nA5\nA6\nA7\nA8\nB\n")]
    [InlineData("A1\nA0\nA2\nA3\nA4\nA5\nA6\nA7\nA8\nA9\n")]
    [InlineData("A0\nA1\nA2\nA3\nA4\nA5\nA6\nA7\nA8\n\"\n")]
    [InlineData(",A0,2027-01-01\nA1\nA2\nA3\nA4\nA5\nA6\nA7\nA8\nA9\n")]
    public async Task OtherRowsUnderTheSameKey_AreRefused_AfterCompletion(string other)
    {
        await _bench.ImportAsync(TenRows);

        var result = await _bench.ImportAsync(other);

        Assert.Equal(RefusalCode.IdempotencyMismatch, result.Refusal?.Code);
        Assert.Equal(10, (await _bench.AssertExactAsync()).Processed);
        Assert.Equal(10, await _bench.CountAsync("SELECT count(*) FROM card_keys"));
    }

    [Theory]
    [InlineData("A0\nA1\nA2\nB\nA4\nA5\nA6\nA7\nA8\nA9\nB0\nB1\nB2\n")]
    [InlineData("A0\nA1\nA2\n")]
    public async Task OtherRowsUnderTheSameKey_AreRefused_AfterABreak(string other)
    {
        await Assert.ThrowsAsync<IOException>(() => BreakAsync(ThirtyRows, 50));

        var refused = await _bench.ImportAsync(other);

        Assert.Equal(RefusalCode.IdempotencyMismatch, refused.Refusal?.Code);
        Assert.Equal(12, (await _bench.AssertExactAsync()).Processed);
        Assert.Equal(30, (await _bench.ImportAsync(ThirtyRows)).Value.Batch.Accepted);
    }

    [Fact]
    public async Task OtherDetailsUnderTheSameKey_AreRefused()
    {
        await Assert.ThrowsAsync<IOException>(() => BreakAsync(ThirtyRows, 50));
        var command = new ImportBatchCommand { Owner = "operator:li", IdempotencyKey = "key", Sku = "ONE", UnitCost = new Money(25_000) };
        foreach (var other in (ImportBatchCommand[])
        [
            command with { Sku = "TWO" }, command with { UnitCost = new Money(1) }, command with { Currency = "USD" }, command with { Supplier = "acme" },
            command with { PurchaseReference = "P-1" }, command with { ExpiresOn = new DateOnly(2030, 1, 1) },
        ])
        {
            var result = await _bench.ImportAsync(TenRows, command: other);
            Assert.Equal(RefusalCode.IdempotencyMismatch, result.Refusal?.Code);
        }

        Assert.Equal(30, (await _bench.ImportAsync(ThirtyRows, command: command with { Currency = "CNY" })).Value.Batch.Accepted);
    }

    [Fact]
    public async Task AnotherOwnersKey_IsAnotherKey()
    {
        await _bench.ImportAsync(TenRows);

        var result = await _bench.ImportAsync("B\n", command: new ImportBatchCommand { Owner = "operator:wang", IdempotencyKey = "key", Sku = "ONE" });

        Assert.Equal(1, result.Value.Batch.Accepted);
    }

    [Fact]
    public async Task ManyUploadsAtOnce_WithOneKey_StoreEveryRowOnce()
    {
        var csv = string.Concat(Enumerable.Range(0, 200).Select(i => $"CODE{i}\n"));
        var processes = Enumerable.Range(0, 16).Select(_ => _bench.Process()).ToList();
        using var start = new ManualResetEventSlim();

        var uploads = processes.Select(import => Task.Factory.StartNew(
            async () =>
            {
                start.Wait();
                return await ImportBench.ImportAsync(import, new MemoryStream(Encoding.UTF8.GetBytes(csv)));
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()).ToList();
        start.Set();
        var results = await Task.WhenAll(uploads);

        Assert.Single(results, result => result.Refusal is null && !result.Value.IsRepeat);
        Assert.All(results.Where(result => result.Refusal is not null), result => Assert.Equal(RefusalCode.InProgress, result.Refusal!.Code));
        Assert.Equal(200, (await _bench.AssertExactAsync()).Accepted);
    }

    [Fact]
    public async Task KilledProcess_KeepsItsWholeSlices_AndItsLeaseEnds()
    {
        var bytes = Encoding.UTF8.GetBytes(ThirtyRows);
        var killed = _bench.OpenAnother();
        using var silence = new BreakingStream(bytes, 50, goesSilent: true);
        _ = ImportBench.ImportAsync(_bench.Process(killed), silence);
        await silence.Silent;
        while (await _bench.CountAsync("SELECT coalesce(sum(processed), 0) FROM batches") < 12)
        {
            await Task.Yield();
        }

        // It is not told that it is dead, and gives nothing back.
        Assert.Equal(RefusalCode.InProgress, (await _bench.ImportAsync(ThirtyRows)).Refusal?.Code);
        _bench.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(30, (await _bench.ImportAsync(ThirtyRows)).Value.Batch.Accepted);
        Assert.Equal(BatchStatus.Completed, (await _bench.AssertExactAsync()).Status);
    }

    [Fact]
    public async Task UploadThatWasTakenOver_StoresNothingMore()
    {
        var bytes = Encoding.UTF8.GetBytes(ThirtyRows);
        using var resumable = new PausingStream(BreakingStream.AfterBlankLines(bytes), BreakingStream.HeadBytes + 50);
        var slow = ImportBench.ImportAsync(_bench.Process(), resumable);
        await resumable.Paused;
        _bench.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(30, (await _bench.ImportAsync(ThirtyRows)).Value.Batch.Accepted);

        resumable.GoOn();

        Assert.Equal(RefusalCode.InProgress, (await slow).Refusal?.Code);
        var batch = await _bench.AssertExactAsync();
        Assert.Equal((30, 30, 0), (batch.Processed, batch.Accepted, batch.Duplicate));
    }

    private async Task BreakAsync(string csv, int bytes) =>
        await ImportBench.ImportAsync(_bench.Process(), new BreakingStream(Encoding.UTF8.GetBytes(csv), bytes));

    // Codes of a small alphabet, so that duplicates are many, with spoilt and expired rows among them.
    private static (string Csv, int Accepted, int Duplicate, int Rejected) RandomFile(Random random)
    {
        var csv = new StringBuilder("secret,expiresOn\n");
        var seen = new HashSet<int>();
        var (duplicate, rejected) = (0, 0);
        for (var row = random.Next(1, 100); row > 0; row--)
        {
            var code = random.Next(40);
            switch (random.Next(6))
            {
                case 0:
                    csv.Append("x\"\n");
                    rejected++;
                    break;
                case 1:
                    csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"C{code},2020-01-01\n");
                    rejected++;
                    break;
                default:
                    csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"C{code},\n");
                    duplicate += seen.Add(code) ? 0 : 1;
                    break;
            }
        }

        return (csv.ToString(), seen.Count, duplicate, rejected);
    }

    private sealed class PausingStream(byte[] content, int pauseAt) : MemoryStream(content)
    {
        private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Paused => _paused.Task;

        public void GoOn() => _goOn.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < pauseAt)
            {
                return await base.ReadAsync(buffer[..Math.Min(buffer.Length, pauseAt - (int)Position)], cancellationToken);
            }

            _paused.TrySetResult();
            await _goOn.Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}

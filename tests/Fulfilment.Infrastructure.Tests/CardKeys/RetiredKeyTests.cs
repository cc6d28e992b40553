namespace Fulfilment.Infrastructure.Tests.CardKeys;

/// <summary>An upload may hold encrypted rows for as long as its client likes: what names a key that has gone meanwhile must not be stored.</summary>
public sealed class RetiredKeyTests
{
    [Fact]
    public async Task SliceEncryptedWithARetiredKey_IsNotStored()
    {
        using var bench = await ImportBench.CreateAsync();
        await bench.ExecuteAsync("INSERT INTO encryption_keys (id, activated_at, retired_at) VALUES (1, 0, 1)");

        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.ImportAsync("A\nB\n"));

        Assert.Equal(0, await bench.CountAsync("SELECT count(*) FROM card_keys"));
        await bench.ExecuteAsync("UPDATE encryption_keys SET retired_at = NULL");
        Assert.Equal(2, (await bench.ImportAsync("A\nB\n")).Value.Batch.Accepted);
    }
}

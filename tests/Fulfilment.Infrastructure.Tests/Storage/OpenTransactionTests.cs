using Fulfilment.Core.Storage;
using Fulfilment.Infrastructure.Storage;

namespace Fulfilment.Infrastructure.Tests.Storage;

/// <summary>On SQLite; SqlServerTransactionsTests shows the same of the other engine.</summary>
[Trait("Engine", "Sqlite")]
public sealed class OpenTransactionTests
{
    [Fact]
    public async Task WritesAndSnapshots_AreMarked_AndNothingElseIs()
    {
        using var database = await TestDatabase.CreateAsync();

        foreach (var priority in Enum.GetValues<WritePriority>())
        {
            Assert.True(await database.Database.WriteAsync(_ => Task.FromResult(OpenTransaction.IsOpen), priority));
        }

        Assert.True(await database.Database.ReadSnapshotAsync(_ => Task.FromResult(OpenTransaction.IsOpen), TestContext.Current.CancellationToken));
        Assert.False(await database.Database.ReadAsync(_ => Task.FromResult(OpenTransaction.IsOpen), TestContext.Current.CancellationToken));
        Assert.False(OpenTransaction.IsOpen);
    }

    [Fact]
    public async Task FailedWrite_LeavesNoMark()
    {
        using var database = await TestDatabase.CreateAsync();

        await Assert.ThrowsAsync<FormatException>(() => database.Database.WriteAsync<int>(_ => throw new FormatException()));

        Assert.False(OpenTransaction.IsOpen);
        Assert.False(await database.Database.ReadAsync(_ => Task.FromResult(OpenTransaction.IsOpen), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SupplierCallInsideATransaction_IsRefused()
    {
        using var database = await TestDatabase.CreateAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Database.WriteAsync(_ =>
        {
            OpenTransaction.RequireNone();
            return Task.FromResult(0);
        }));

        OpenTransaction.RequireNone();
    }
}

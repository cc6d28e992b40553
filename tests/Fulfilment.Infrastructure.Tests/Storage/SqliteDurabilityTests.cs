using Dapper;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Infrastructure.Tests.Storage;

[Trait("Engine", "Sqlite")]
public sealed class SqliteDurabilityTests
{
    // With less than FULL a commit returns before the log is on disk, and an answered order could be lost with the power.
    [Fact]
    public async Task Writer_SyncsTheLogAtEachCommit()
    {
        using var database = await TestDatabase.CreateAsync();

        Assert.Equal(2, await OnWriterAsync<long>(database, "PRAGMA synchronous"));
        Assert.Equal("wal", await OnWriterAsync<string>(database, "PRAGMA journal_mode"));
        Assert.Equal(1, await OnWriterAsync<long>(database, "PRAGMA foreign_keys"));
    }

    [Fact]
    public void Files_AreTheOwnersAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var folder = Directory.CreateTempSubdirectory("fulfilment-mode-");
        using (new SqliteDatabase(folder.FullName))
        {
            Assert.All(folder.GetFiles("fulfilment.db*"), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
        }

        folder.Delete(recursive: true);
    }

    private static Task<T?> OnWriterAsync<T>(TestDatabase database, string pragma) =>
        database.Database.WriteAsync(connection => connection.ExecuteScalarAsync<T>(pragma));
}

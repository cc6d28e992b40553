using System.Diagnostics;
using Dapper;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Sqlite;

namespace Fulfilment.Host.Tests.Commands;

/// <summary><c>custody verify</c> and <c>ledger check</c> as processes: what they print and how they exit.</summary>
public sealed class CheckCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-check-").FullName;

    [Theory]
    [InlineData("custody", "verify", "0 card keys, 0 custody entries: no findings.")]
    [InlineData("ledger", "check", "ledger: no findings.")]
    public async Task SoundDatabase_ExitsWithZero(string command, string subcommand, string said)
    {
        await CorruptAsync("DELETE FROM transfers");

        var (exitCode, output, _) = await RunAsync(command, subcommand);

        Assert.Contains(said, output, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task CustodyVerify_NamesFindings_AndExitsWithOne()
    {
        await CorruptAsync("INSERT INTO custody_days (day, node, entries, root, seal) VALUES (740000, 3, 5, zeroblob(32), zeroblob(32))");

        var (exitCode, output, error) = await RunAsync("custody", "verify");

        Assert.Equal(1, exitCode);
        Assert.Contains("0 card keys, 0 custody entries: 2 findings.", output, StringComparison.Ordinal);
        Assert.Contains("day 2027-01-20, node 3: day seal broken", output, StringComparison.Ordinal);
        Assert.Contains("day 2027-01-20: day count differs: 0 entries, the roots say 5", output, StringComparison.Ordinal);
        Assert.Contains("Copy the storage folder", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LedgerCheck_PrintsTheBalance_NamesFindings_AndExitsWithOne()
    {
        await CorruptAsync("""
            INSERT INTO transfers (id, kind, debit_account, debit_subject, credit_account, credit_subject, amount, currency, order_id)
            VALUES (1, 3, 5, 8, 6, 8, 12345600, 'CNY', NULL)
            """);

        var (exitCode, output, _) = await RunAsync("ledger", "check", "--most", "0");

        Assert.Equal(1, exitCode);
        Assert.Matches(@"(?m)^inventory +CNY +1234\.56 +0\.00$", output);
        Assert.Matches(@"(?m)^sum +CNY +1234\.56 +1234\.56$", output);
        Assert.Contains("  inventory differs: 1", output, StringComparison.Ordinal);
        Assert.Contains("and 1 more; --most shows more of them.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("custody", "verify")]
    [InlineData("ledger", "check")]
    public async Task FolderWithoutDatabase_IsNotCalledSound(string command, string subcommand)
    {
        var (exitCode, _, error) = await RunAsync(command, subcommand);

        Assert.Equal(1, exitCode);
        Assert.Contains("There is no database in", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task CorruptAsync(string sql)
    {
        using var database = new SqliteDatabase(_folder);
        await new Migrator(database, TimeProvider.System).MigrateAsync();
        await database.WriteAsync(connection => connection.ExecuteAsync(sql));
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments, "--storage", _folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}

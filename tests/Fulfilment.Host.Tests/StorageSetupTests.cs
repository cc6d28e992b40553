using System.Reflection;
using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Storage;
using Fulfilment.Infrastructure.Storage.Encryption;
using Fulfilment.Infrastructure.Storage.Sqlite;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fulfilment.Host.Tests;

/// <summary>What is refused, or warned of, before a host uses a database: with the setting to change, and without what is in it.</summary>
public sealed class StorageSetupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-setup-").FullName;

    [Theory]
    [InlineData("Postgres")]
    [InlineData("")]
    public void UnknownProvider_IsRefused(string provider)
    {
        var refused = Assert.Throws<SetupException>(() => StorageSetup.IsSqlServer(Configuration(provider, null)));

        Assert.Contains("Sqlite or SqlServer", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void SqlServerWithoutAConnectionString_IsRefused(string? connectionString)
    {
        var refused = Assert.Throws<SetupException>(() => Open(connectionString));

        Assert.Contains("Storage:ConnectionString", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Server=db;Password=first;half-of-it")]
    [InlineData("Server=db;Password=first;half-of-it=1")]
    [InlineData("Server=db;Encrypt=half-of-it")]
    [InlineData("Server=db;Connect Timeout=half-of-it")]
    public void ConnectionStringThatCannotBeRead_IsRefused_AndNeverQuoted(string connectionString)
    {
        var refused = Assert.Throws<SetupException>(() => Open(connectionString));

        Assert.Contains("Storage:ConnectionString", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("half-of-it", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeysThatWouldHaveToBeMade_AreRefused_WithSqlServer()
    {
        // What is stored of the keys comes from a SQLite file: only the settings decide here.
        using var database = new SqliteDatabase(_folder);
        await new Migrator(database, TimeProvider.System).MigrateAsync();
        var configuration = Configuration("SqlServer", "Server=db");
        var keys = new EngineKeys(new EncryptionKeyStore(database, TimeProvider.System), new CurrentKeys(), new KeyFolder(_folder), configuration, NullLogger<EngineKeys>.Instance);

        var refused = await Assert.ThrowsAsync<SetupException>(keys.LoadAsync);

        Assert.Contains("Security:Keys:Encryption:1", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, KeyFile.Name)));
    }

    [Fact]
    public async Task Restored_IsForSqlServer() =>
        Assert.Contains("restore --from", await HostCommand.RefusedAsync(_folder, "restored"), StringComparison.Ordinal);

    [Fact]
    public async Task Command_SaysWhatIsMissing() =>
        Assert.Contains("needs Storage:ConnectionString", await HostCommand.RefusedAsync(_folder, "restored", "--set", "Storage:Provider=SqlServer"), StringComparison.Ordinal);

    [Theory]
    [InlineData("2.1.4", true)]
    [InlineData("2.1.7", false)]
    [InlineData("3.1.4", true)]
    [InlineData("3.1.5", false)]
    [InlineData("4.0.4", true)]
    [InlineData("5.1.2", true)]
    [InlineData("5.1.3", false)]
    [InlineData("6.1.8", false)]
    [InlineData("1.1.4", true)]
    [InlineData("unknown", true)]
    [InlineData(null, true)]
    public void DriverVersions_WithTheWeakness_AreKnown(string? version, bool isWeak) => Assert.Equal(isWeak, SqlClientWarning.HasWeakness(version));

    [Fact]
    public void WeakDriver_IsWarnedOf_OnlyWithSqlServer()
    {
        var version = typeof(SqlConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', '-')[0];

        Assert.Equal(SqlClientWarning.HasWeakness(version), Warnings(Configuration("SqlServer", "Server=db")).Contains("CVE-2024-0056", StringComparison.Ordinal));
        Assert.Empty(Warnings(Configuration("Sqlite", null)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Warnings(IConfiguration configuration)
    {
        using var log = new LogCollector();
        configuration[Settings.StoragePath] = _folder;
        using var services = Services(configuration).AddLogging(logging => logging.AddProvider(log)).BuildServiceProvider();
        SqlClientWarning.SayOnce(services);
        return log.Text;
    }

    private static IDatabase Open(string? connectionString)
    {
        using var services = Services(Configuration("SqlServer", connectionString)).BuildServiceProvider();
        return services.GetRequiredService<IDatabase>();
    }

    private static IServiceCollection Services(IConfiguration configuration) =>
        new ServiceCollection().AddSingleton(TimeProvider.System).AddStorage(configuration, besideHost: false);

    private static IConfiguration Configuration(string provider, string? connectionString) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:Provider"] = provider,
            ["Storage:ConnectionString"] = connectionString,
        }).Build();
}

using Fulfilment.Infrastructure.Security;
using Fulfilment.Infrastructure.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Fulfilment.Host.Tests;

public sealed class EngineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-engine-").FullName;

    [Fact]
    public async Task SecondStart_UsesTheSameKeys_AndDoesNotMakeThemAgain()
    {
        await using (var first = await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
            Assert.Contains("Made the key file", first.Log.Text, StringComparison.Ordinal);
        }

        await using var second = await TestHost.StartAsync(new TestHostOptions { Folder = _folder });

        Assert.DoesNotContain("Made the key file", second.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeysThatWereJustMade_AreNoNews()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder, Time = new ManualTimeProvider() });

        Assert.False(await host.Services.GetRequiredService<EngineKeys>().RefreshAsync());
        Assert.DoesNotContain("are loaded", host.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LostKeyFile_IsNotReplaced()
    {
        await using (await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
        }

        File.Delete(Path.Combine(_folder, KeyFile.Name));

        var refused = await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions { Folder = _folder }));
        Assert.Contains("Restore it from a backup", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherKeys_AreRefused()
    {
        await using (await TestHost.StartAsync(new TestHostOptions { Folder = _folder }))
        {
        }

        File.Delete(Path.Combine(_folder, KeyFile.Name));
        KeyFile.LoadOrCreate(_folder, out _);

        var refused = await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions { Folder = _folder }));
        Assert.Contains("not those that this database was written with", refused.Message, StringComparison.Ordinal);
        Assert.Contains("fingerprint is another key", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Storage:Provider", "SqlServer", "needs Storage:ConnectionString")]
    [InlineData("Storage:Provider", "Access", "Set it to Sqlite or SqlServer")]
    [InlineData("Pool:Provider", "Redis", "leave Pool:Provider out")]
    [InlineData("Jobs:Provider", "Hangfire", "Quartz")]
    [InlineData("Jobs:Provider", "Cron", "is not known")]
    [InlineData("Host:Roles", "Api,Cook", "Cook")]
    [InlineData("Host:Roles", "Worker", "must name Api")]
    [InlineData("Business:TimeZone", "Mars/Olympus", "Asia/Shanghai")]
    [InlineData("Bootstrap:OperatorKey", "short", "openssl rand")]
    [InlineData("Proxy:Known", "my-proxy", "192.0.2.1")]
    [InlineData("Storage:Path", " ", "folder")]
    public async Task WrongSetting_IsRefusedWithWhatToSet(string setting, string value, string says)
    {
        var refused = await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions { Folder = _folder, Settings = new() { [setting] = value } }));

        Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hangfire_IsRefused_WhereItWasNotBuilt_ByTheNameOfThePackageSet()
    {
        var wasBuilt = typeof(FulfilmentApp).Assembly.GetReferencedAssemblies().Any(assembly => assembly.Name == "Fulfilment.Hangfire");

        var refused = await Assert.ThrowsAsync<SetupException>(() => TestHost.StartAsync(new TestHostOptions { Folder = _folder, Settings = new() { ["Jobs:Provider"] = "Hangfire" } }));

        // Where it was, SQLite is no place for its jobs.
        Assert.Contains(wasBuilt ? "Jobs:Hangfire:Storage" : "full package set", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

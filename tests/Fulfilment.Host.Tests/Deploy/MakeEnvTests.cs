using System.Diagnostics;
using System.Runtime.Versioning;
using Fulfilment.Host.Tests.Docs;
using Fulfilment.Infrastructure.Security;
using Microsoft.Extensions.Configuration;

namespace Fulfilment.Host.Tests.Deploy;

[UnsupportedOSPlatform("windows")]
public sealed class MakeEnvTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-env-").FullName;

    public MakeEnvTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "deploy"));
        File.Copy(Path.Combine(Repository.Root, ".env.example"), Path.Combine(_folder, ".env.example"));
        File.Copy(Path.Combine(Repository.Root, "deploy", "make-env"), Path.Combine(_folder, "deploy", "make-env"));
    }

    [Fact]
    public async Task Keys_AreOnesThatTheHostTakes_AndPasswordsOnesThatSqlServerTakes()
    {
        Assert.Equal(0, await RunAsync());

        var keys = Settings("keys.env").ToDictionary(line => line.Name.Replace("__", ":", StringComparison.Ordinal), line => (string?)line.Value);
        var ring = new ConfigurationBuilder().AddInMemoryCollection(keys).Build().GetSection(KeyConfiguration.Section).Get<KeyConfiguration>()!.ToKeyRing();
        Assert.Equal(1, ring.ActiveEncryptionId);
        var passwords = Settings(".env").Where(line => line.Name.EndsWith("PASSWORD", StringComparison.Ordinal)).Select(line => line.Value).ToList();
        Assert.Equal(3, passwords.Distinct().Count());
        Assert.All(passwords, password => Assert.Matches("^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{20,}$", password));
        Assert.All([".env", "keys.env"], file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, file))));
    }

    [Fact]
    public async Task FilesThatAreThere_AreLeftAlone()
    {
        Assert.Equal(0, await RunAsync());
        var before = File.ReadAllText(Path.Combine(_folder, "keys.env"));
        File.Delete(Path.Combine(_folder, ".env"));

        Assert.Equal(1, await RunAsync());

        Assert.Equal(before, File.ReadAllText(Path.Combine(_folder, "keys.env")));
        Assert.False(File.Exists(Path.Combine(_folder, ".env")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<int> RunAsync()
    {
        using var made = Process.Start(new ProcessStartInfo("bash", [Path.Combine(_folder, "deploy", "make-env")]) { RedirectStandardError = true })!;
        await made.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        return made.ExitCode;
    }

    private IEnumerable<(string Name, string Value)> Settings(string file) =>
        File.ReadAllLines(Path.Combine(_folder, file)).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=', 2)).Select(line => (line[0], line[1]));
}

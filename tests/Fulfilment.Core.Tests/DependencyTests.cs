using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Fulfilment.Core.Tests;

/// <summary>
/// The domain must run without any provider, or the simulation could not swap them and a second
/// backend would mean a second domain.
/// </summary>
public sealed partial class DependencyTests
{
    [Fact]
    public void Core_UsesNoProviderAssembly()
    {
        var used = Assembly.Load("Fulfilment.Core").GetReferencedAssemblies().Select(a => a.Name!);

        AssertOnlyAllowed(used, "uses the assemblies");
    }

    /// <summary>The compiler drops references nobody uses yet, so what the project could use is read too.</summary>
    [Fact]
    public void Core_CanReachNoProviderPackage()
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(Path.Combine(
            RepositoryRoot(), "src", "Fulfilment.Core", "obj", "project.assets.json")));

        var reachable = assets.RootElement.GetProperty("targets").EnumerateObject()
            .SelectMany(target => target.Value.EnumerateObject())
            // Analyzers and build tools bring nothing to compile against.
            .Where(library => library.Value.TryGetProperty("compile", out _))
            .Select(library => library.Name.Split('/')[0]);
        var frameworks = assets.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject()
            .SelectMany(framework => framework.Value.GetProperty("frameworkReferences").EnumerateObject())
            .Select(framework => framework.Name)
            .Where(name => name != "Microsoft.NETCore.App");

        AssertOnlyAllowed(reachable.Concat(frameworks), "can reach the packages, projects or frameworks");
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Http.Abstractions", "ASP.NET")]
    [InlineData("Microsoft.AspNetCore.App", "ASP.NET")]
    [InlineData("Dapper", "Dapper")]
    [InlineData("Microsoft.Data.SqlClient", "SqlClient")]
    [InlineData("System.Data.SqlClient", "SqlClient")]
    [InlineData("Microsoft.Data.Sqlite", "Sqlite")]
    [InlineData("SQLitePCLRaw.core", "Sqlite")]
    [InlineData("StackExchange.Redis", "Redis")]
    [InlineData("Hangfire.Core", "Hangfire")]
    [InlineData("Quartz", "Quartz")]
    [InlineData("Polly.Core", "Polly")]
    [InlineData("Microsoft.Extensions.Hosting", "not an abstraction")]
    [InlineData("Fulfilment.Infrastructure", "not an abstraction")]
    public void Rule_NamesTheProvider(string reference, string reason) =>
        Assert.Equal(reason, WhyForbidden(reference));

    [Theory]
    [InlineData("System.Runtime")]
    [InlineData("System.Data.Common")]
    [InlineData("Microsoft.Extensions.Logging.Abstractions")]
    public void Rule_AllowsTheFrameworkAndAbstractions(string reference) =>
        Assert.Null(WhyForbidden(reference));

    private static void AssertOnlyAllowed(IEnumerable<string> references, string how)
    {
        var forbidden = references
            .Select(name => (name, reason: WhyForbidden(name)))
            .Where(reference => reference.reason is not null)
            .Select(reference => $"{reference.name} ({reference.reason})")
            .ToList();

        Assert.True(forbidden.Count == 0,
            $"Fulfilment.Core must know no provider, but {how}: {string.Join(", ", forbidden)}. "
            + "Put the code behind a port, in Fulfilment.Infrastructure or beside it.");
    }

    private static string? WhyForbidden(string reference)
    {
        var provider = ProviderName().Match(reference);
        if (provider.Success)
            return provider.Value switch
            {
                "AspNetCore" => "ASP.NET",
                "SQLite" => "Sqlite",
                var name => name,
            };

        return AllowedName().IsMatch(reference) ? null : "not an abstraction";
    }

    [GeneratedRegex("AspNetCore|Dapper|SqlClient|Sqlite|SQLite|Redis|Hangfire|Quartz|Polly")]
    private static partial Regex ProviderName();

    [GeneratedRegex(@"^(System\..+|Microsoft\.Extensions\..*Abstractions)$")]
    private static partial Regex AllowedName();

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Fulfilment.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("Fulfilment.sln is in no folder above the tests.");
        return folder.FullName;
    }
}

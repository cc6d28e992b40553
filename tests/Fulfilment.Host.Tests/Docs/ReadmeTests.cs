using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Fulfilment.Host.Tests.Docs;

/// <summary>What the READMEs say can be pasted, followed and set.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-readme-").FullName;

    [Fact]
    public async Task FirstOrder_WorksAsPasted()
    {
        var port = FreePort();
        var lines = Section(Read("README.md"), "## A first order")
            .Where(line => !line.StartsWith("dotnet build", StringComparison.Ordinal))
            .Select(line => line.StartsWith("host=", StringComparison.Ordinal) ? $"host={typeof(Program).Assembly.Location}" : line)
            .Select(line => line.Replace(":8080", $":{port}", StringComparison.Ordinal));

        var output = await PasteAsync(string.Join('\n', [.. lines, "wait $!", "echo stopped with $?"]), port);

        Assert.Contains("\"accepted\":3", output, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"fulfilled\"", output, StringComparison.Ordinal);
        Assert.Contains("200 means: this order was there already", output, StringComparison.Ordinal);
        Assert.Contains("\"available\":2,\"reserved\":0,\"frozen\":0,\"delivered\":1", output, StringComparison.Ordinal);
        Assert.Equal(2, Secret().Count(output));
        Assert.Contains("\"action\":\"codes.revealed\"", output, StringComparison.Ordinal);
        Assert.Contains("\"frozen\":true", output, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"replacement\",\"status\":\"done\"", output, StringComparison.Ordinal);
        Assert.Contains("\"secret\":\"TEST-", output, StringComparison.Ordinal);
        Assert.Contains("\"secret\":\"whsec_", output, StringComparison.Ordinal);
        Assert.Matches("\\{\"status\":null,\"fault\":\"[a-z_]+\",\"text\":null\\}", output);
        Assert.EndsWith("stopped with 0\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("urn:fulfilment:problem", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suppliers_WorkAsPasted_WhileTheDemoRuns()
    {
        var (port, supplierPort) = (FreePort(), FreePort());
        var lines = Section(Read("README.md"), "## Suppliers")
            .Where(line => !line.StartsWith("dotnet build", StringComparison.Ordinal))
            .Select(line => line.StartsWith("host=", StringComparison.Ordinal) ? $"host={typeof(Program).Assembly.Location}" : line)
            .Select(line => line
                .Replace("loadtests/SupplierSimulator/bin/Release/net10.0/SupplierSimulator.dll", typeof(SupplierSimulator.Simulator).Assembly.Location, StringComparison.Ordinal)
                .Replace("docs/suppliers/fengling-open.json", AskedSoon("fengling-open.json"), StringComparison.Ordinal)
                .Replace(":8080", $":{port}", StringComparison.Ordinal)
                .Replace("7070", $"{supplierPort}", StringComparison.Ordinal));
        string[] demo =
        [
            $"dotnet {typeof(Program).Assembly.Location} demo > demo.log 2>&1 &",
            "demo=$!",
            $"for i in $(seq 60); do curl -sf -o /dev/null http://127.0.0.1:{port}/health/ready && grep -q 'shop is open' demo.log && break; sleep 1; done",
        ];

        var output = await PasteAsync(string.Join('\n', [.. demo, .. lines, "wait $!", "kill $demo", "wait $demo", "echo stopped with $?"]), port);

        Assert.Contains("fengling-open.json: no mistakes", output, StringComparison.Ordinal);
        Assert.Contains("201 means: the supplier is there", output, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 202 Accepted", output, StringComparison.Ordinal);
        Assert.Contains("Retry-After:", output, StringComparison.Ordinal);
        Assert.Matches("\"code\":{\"number\":\"SIM[^}]*},\"sku\":\"GAME-20\"", output);
        Assert.Matches("\"clientReference\":\"S-2\",\"status\":\"fulfilled\"", output);
        Assert.Matches("\"clientReference\":\"S-3\",\"status\":\"processing\".*\"status\":\"unknown\"", output);
        Assert.Contains("\"kind\":\"deliverTopUp\",\"status\":\"done\"", output, StringComparison.Ordinal);
        Assert.All(["S-1", "S-2", "S-3", "S-4"], order => Assert.Contains($"\"clientReference\":\"{order}\",\"status\":\"fulfilled\"", output, StringComparison.Ordinal));
        Assert.Contains("\"charged\": \"40.00\"", output, StringComparison.Ordinal);
        Assert.Contains("ledger: no findings.", output, StringComparison.Ordinal);
        Assert.Contains("custody entries: no findings.", output, StringComparison.Ordinal);
        Assert.EndsWith("stopped with 0\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("urn:fulfilment:problem", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ChineseReadme_HasTheSameCommands() =>
        Assert.Equal(Section(Read("README.md"), "# "), Section(Read("README.zh-CN.md"), "# "));

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    [InlineData("docs/api.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/conformance.md")]
    [InlineData("docs/suppliers.md")]
    [InlineData("docs/samples/README.md")]
    public void Links_LeadSomewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        var links = Link().Matches(string.Join('\n', Read(page))).Select(link => link.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal)).ToList();

        Assert.All(links, link => Assert.True(link.StartsWith('#') || Path.Exists(Path.Combine(folder, link.Split('#')[0])), link));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.zh-CN.md")]
    public void Configuration_HasEverySettingThatTheHostReads(string page)
    {
        var text = string.Join('\n', Read(page));
        var settings = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Fulfilment.Host"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Setting().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Where(name => !name.StartsWith("Logging:", StringComparison.Ordinal) && !name.StartsWith("Testing:", StringComparison.Ordinal))
            .Distinct()
            .ToList();

        Assert.Contains("Storage:Path", settings);
        Assert.All(settings, setting => Assert.Contains($"`{setting}`", text, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string[] Read(string page) => File.ReadAllLines(Path.Combine(Repository.Root, page));

    // The lines in the bash blocks from a heading to the next one of its level.
    private static List<string> Section(string[] lines, string heading)
    {
        var level = heading.Split(' ')[0] + " ";
        var commands = new List<string>();
        var (inSection, inBlock) = (false, false);
        foreach (var line in lines)
        {
            if (!inBlock && line.StartsWith(level, StringComparison.Ordinal))
            {
                inSection = line.StartsWith(heading, StringComparison.Ordinal);
            }
            else if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inBlock = line == "```bash";
            }
            else if (inSection && inBlock)
            {
                commands.Add(line);
            }
        }

        Assert.NotEmpty(commands);
        return commands;
    }

    // A supplier's file, with a shorter time before its first query.
    private string AskedSoon(string name)
    {
        var file = File.ReadAllText(Path.Combine(Repository.Root, "docs", "suppliers", name));
        var sooner = file.Replace("\"firstQueryAfterSeconds\": 30", "\"firstQueryAfterSeconds\": 10", StringComparison.Ordinal);
        Assert.NotEqual(file, sooner);
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, sooner);
        return path;
    }

    private async Task<string> PasteAsync(string script, int port)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _folder,
            Environment = { ["Urls"] = $"http://127.0.0.1:{port}" },
        })!;
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }

    // Free a moment ago; the README names a fixed port, so the script needs a number beforehand.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("\"([A-Z][A-Za-z]+:[A-Z][A-Za-z]+)\"")]
    private static partial Regex Setting();

    [GeneratedRegex("\"secret\":\"QX7F-22KD-91MP\"")]
    private static partial Regex Secret();
}

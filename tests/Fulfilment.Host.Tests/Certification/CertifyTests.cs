using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Fulfilment.Host.Tests.Supply;
using SupplierSimulator;

namespace Fulfilment.Host.Tests.Certification;

/// <summary>The command certifies every example against the simulator, over real HTTP and as a process of its own, and refuses what is wrong.</summary>
public sealed class CertifyTests
{
    public static TheoryData<string> Examples => [.. ExampleSupplier.Files.Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task EveryExample_IsCertified(string example)
    {
        var file = ExampleSupplier.Files.Single(file => Path.GetFileNameWithoutExtension(file) == example);
        var listen = $"127.0.0.1:{FreePort()}";
        await using var supplier = await ExampleSupplier.StartAsync(file, Settings with { CallbackUrl = $"http://{listen}/callbacks" });

        var (exitCode, output) = await CertifyAsync(file, supplier, "--listen", listen);

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.True(exitCode == 0, output);
        Assert.Contains("CERTIFICATE", output, StringComparison.Ordinal);
        Assert.Contains("passed        issued", output, StringComparison.Ordinal);
        Assert.Contains("passed        not now, later", output, StringComparison.Ordinal);
        Assert.Contains("arrived once", output, StringComparison.Ordinal);
        Assert.Equal(supplier.Definition.Callback is not null, output.Contains("passed        processing, then issued by callback", StringComparison.Ordinal));
        Assert.All(supplier.Simulator.Truth().Orders, order => Assert.Equal(1, order.Arrivals));
    }

    [Fact]
    public async Task ADefinitionThatTakesADuplicateNumberForARejection_IsNotCertified()
    {
        var file = ExampleSupplier.Files.Single(file => file.EndsWith("yunqi-topup.json", StringComparison.Ordinal));
        await using var supplier = await ExampleSupplier.StartAsync(file, Settings);
        var wrong = Path.Combine(Directory.CreateTempSubdirectory("fulfilment-certify-").FullName, "wrong.json");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(wrong, text.Replace("""{ "is": "1005", "means": "unknown",""", """{ "is": "1005", "means": "rejected",""", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var (exitCode, output) = await CertifyAsync(wrong, supplier);

        Assert.Equal(1, exitCode);
        Assert.Contains("FAILED        \"duplicate number\", though it was issued", output, StringComparison.Ordinal);
        Assert.Contains("buys the unit twice", output, StringComparison.Ordinal);
        Assert.Contains("NO CERTIFICATE", output, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(wrong)!, recursive: true);
    }

    private static SimulatorSettings Settings => new()
    {
        Plan = new SupplierSimulator.Faults.FaultPlan(Environment.TickCount, []),
        Times = new SimulatorTimes { Processing = TimeSpan.FromSeconds(1), Hidden = TimeSpan.FromSeconds(1), LateCallback = TimeSpan.FromSeconds(1) },
        Products = [new("P1", "One", new(95_000)), new("P2", "Two", new(950_000), OnShelf: false)],
    };

    private static async Task<(int ExitCode, string Output)> CertifyAsync(string file, ExampleSupplier supplier, params string[] more)
    {
        string[] arguments =
        [
            typeof(Program).Assembly.Location, "suppliers", "certify", file, "--at", supplier.Simulator.Address.ToString(),
            .. supplier.Secrets.SelectMany(secret => (string[])["--secret", $"{secret.Key}={secret.Value}"]), "--patience", "20", .. more,
        ];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

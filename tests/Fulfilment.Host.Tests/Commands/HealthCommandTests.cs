using System.Diagnostics;

namespace Fulfilment.Host.Tests.Commands;

public sealed class HealthCommandTests
{
    [Fact]
    public async Task RunningHost_IsReady()
    {
        await using var host = await TestHost.StartAsync();

        var (exitCode, output) = await RunAsync($"http://+:{host.Client.BaseAddress!.Port}");

        Assert.Equal(0, exitCode);
        Assert.Contains("\"status\":\"ready\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostThatIsNotThere_IsNotReady()
    {
        var (exitCode, output) = await RunAsync("http://127.0.0.1:1");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("error: Nothing answers at http://127.0.0.1:1/", output, StringComparison.Ordinal);
    }

    // Without a storage: it must not make one where a container may write nothing.
    private static async Task<(int ExitCode, string Output)> RunAsync(string urls)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "health"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Urls"] = urls },
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }
}

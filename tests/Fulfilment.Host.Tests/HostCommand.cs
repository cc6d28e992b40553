using System.Diagnostics;

namespace Fulfilment.Host.Tests;

/// <summary>A command as a process of its own, as a person runs it.</summary>
internal static class HostCommand
{
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }

    /// <summary>Runs it and expects that it succeeds; gives what it printed.</summary>
    public static async Task<string> DoAsync(string folder, params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync(folder, arguments);
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)}: {error}{output}");
        return output;
    }

    /// <summary>Runs it and expects that it refuses; gives the sentence.</summary>
    public static async Task<string> RefusedAsync(string folder, params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync(folder, arguments);
        Assert.True(exitCode == 1, $"{string.Join(' ', arguments)} ended with {exitCode}: {error}{output}");
        Assert.True(error.StartsWith("error: ", StringComparison.Ordinal), error);
        return error;
    }

    public static Process Start(string folder, params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments, "--storage", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}

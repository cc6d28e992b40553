using System.Diagnostics;
using System.Text;
using Fulfilment.Host.Tests.Docs;

namespace Fulfilment.Host.Tests.Samples;

/// <summary>A sample in one language, run as its reader runs it.</summary>
internal sealed record Sample(string Language, string Command, string[] Arguments)
{
    public static Sample Of(string language) => language switch
    {
        "csharp" => new(language, "dotnet", [BuiltCSharp()]),
        "php" => new(language, "php", [At("php", "fulfilment.php")]),
        "java" => new(language, "java", ["-XX:TieredStopAtLevel=1", At("java", "Fulfilment.java")]),
        "node" => new(language, "node", [At("node", "fulfilment.mjs")]),
        _ => throw new ArgumentOutOfRangeException(nameof(language), language, "No such sample."),
    };

    /// <summary>Skips the test, visibly, where the language's runtime is not installed; CI installs them all.</summary>
    public void Require()
    {
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        Assert.SkipUnless(paths.Any(path => File.Exists(Path.Combine(path, Command))), $"needs {Command}");
    }

    public async Task<(int ExitCode, string Output)> RunAsync(string[] arguments, Dictionary<string, string> environment, byte[]? input = null)
    {
        var start = new ProcessStartInfo(Command, [.. Arguments, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        var reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input ?? []);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading, which its exit code explains.
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await reading;
        return (process.ExitCode, output.ToString());

        async Task ReadAsync(StreamReader lines)
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                lock (output)
                {
                    output.AppendLine(line);
                }
            }
        }
    }

    private static string At(string folder, string file) => Path.Combine(Repository.Root, "docs", "samples", folder, file);

    // Built with these tests, in the same configuration.
    private static string BuiltCSharp()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return At("csharp", Path.Combine("bin", configuration, "net10.0", "FulfilmentSample.dll"));
    }
}

using System.Diagnostics;
using System.Text.Json;

namespace Fulfilment.Host.Tests.Commands;

/// <summary>The host as a process, as a shop owner starts and stops it.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-process-").FullName;

    [Fact]
    public async Task Serve_LogsAsJson_AndStopsWithZeroOnSigterm()
    {
        using var process = Start("serve", "--storage", _folder, "--urls", "http://127.0.0.1:0");
        var line = await WaitForAsync(process, "Now listening on");
        Assert.Equal("Information", JsonDocument.Parse(line).RootElement.GetProperty("LogLevel").GetString());

        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData("Pool:Provider=Redis", "Pool:Provider = Redis is for several hosts. With Storage:Provider = Sqlite there is one host, and its pool needs no Redis: leave Pool:Provider out.")]
    [InlineData("Intake:QueueLimit=many", "Intake:QueueLimit = \"many\" is not a number above zero. Leave it out for 4096.")]
    [InlineData("Intake:GroupLimit=0", "Intake:GroupLimit = \"0\" is not a number above zero. Leave it out for 512.")]
    public async Task WrongSetting_PrintsOneSentence_AndFails(string setting, string sentence)
    {
        using var process = Start("--storage", _folder, "--set", setting);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, process.ExitCode);
        Assert.Equal($"error: {sentence}", error.Trim());
    }

    [Fact]
    public async Task TakenPort_SaysWhatToDo()
    {
        await using var host = await TestHost.StartAsync();

        using var process = Start("--storage", _folder, "--urls", host.Client.BaseAddress!.ToString());
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains("choose another address with --urls", error, StringComparison.Ordinal);
    }

    // 192.0.2.1 is set aside for documentation: no machine has it.
    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://192.0.2.1:8080")]
    public async Task AddressNobodyCanListenAt_SaysWhatToDo(string address)
    {
        using var process = Start("--storage", _folder, "--urls", address);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("error: The host cannot listen there: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownCommand_IsAnError()
    {
        using var process = Start("srve");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, process.ExitCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<string> WaitForAsync(Process process, string text)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The process ended without saying \"{text}\": {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Fulfilment.Host.Tests;

/// <summary>The host as a process of its own, as a shop owner runs it, on a folder that outlives it: it can be killed.</summary>
internal sealed partial class HostProcess : IRunningHost, IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output;
    private readonly Process _process;
    private readonly Task _reading;

    private HostProcess(Process process, ConcurrentQueue<string> output, Task reading, Uri address)
    {
        (_process, _output, _reading) = (process, output, reading);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = address };
    }

    public HttpClient Client { get; }

    /// <summary>Everything it has printed so far, logs among it.</summary>
    public string Output => string.Join('\n', _output);

    /// <param name="folder">Database and key file.</param>
    /// <param name="settings">As <c>Name:Sub=value</c>.</param>
    /// <param name="wrapper">A program, and its arguments, that runs the host in its own place, so that the process is still the host.</param>
    /// <param name="environment">Beside our own.</param>
    /// <param name="port">Where it listens; 0: wherever there is room.</param>
    public static async Task<HostProcess> StartAsync(
        string folder, IEnumerable<string>? settings = null, IReadOnlyList<string>? wrapper = null, Dictionary<string, string>? environment = null, int port = 0)
    {
        string[] host = ["dotnet", typeof(Program).Assembly.Location, "serve", "--storage", folder, "--urls", $"http://127.0.0.1:{port}"];
        string[] command = [.. wrapper ?? [], .. host, .. (settings ?? []).SelectMany(setting => (string[])["--set", setting])];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Bootstrap__OperatorKey"] = TestHost.OperatorKey;
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var output = new ConcurrentQueue<string>();
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        await Task.WhenAny(listening.Task, reading);
        return listening.Task.IsCompletedSuccessfully
            ? new HostProcess(process, output, reading, await listening.Task)
            : throw new InvalidOperationException($"The host did not start: {string.Join('\n', output)}");

        async Task ReadAsync(StreamReader lines)
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                output.Enqueue(line);
                if (Listening().Match(line) is { Success: true } match)
                {
                    listening.TrySetResult(new Uri(match.Groups[1].Value));
                }
            }
        }
    }

    /// <summary>As <c>kill -9</c>: the process gets to do nothing more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _reading;
    }

    /// <summary>As <c>kill -STOP</c> and <c>kill -CONT</c>: the process sleeps where it stands, and goes on from there.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>As <c>systemctl stop</c>: what was taken is finished. Gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex("Now listening on: (http://[0-9.:]+)")]
    private static partial Regex Listening();
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Fulfilment.Infrastructure.Tests.Redis;

/// <summary>
/// A real <c>redis-server</c> of a test's own on a port of 127.0.0.1 that it keeps when it is started again. It writes nothing to disk by itself and ends
/// with this process, however that ends.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    // The shell outlives a killed test just long enough to notice that its input has ended.
    private const string Keeper = """redis-server "$@" & echo "pid $!"; cat >/dev/null; kill -9 $!; wait""";

    // Below the ports that the system gives to outgoing connections, so that none of them takes ours between two starts.
    private const int FirstPort = 20_000;
    private const int Ports = 10_000;

    private readonly string[] _settings;
    private Process? _keeper;
    private string _pid = "";

    private RedisServer(int port, string[] settings) => (Port, _settings) = (port, settings);

    public int Port { get; }

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Where a snapshot goes.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("fulfilment-redis-").FullName;

    /// <param name="settings">As on the command line: <c>--maxmemory 10mb</c> is two of them.</param>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        while (true)
        {
            var server = new RedisServer(FirstPort + Random.Shared.Next(Ports), settings);
            if (await server.TryStartAsync())
            {
                return server;
            }

            await server.DisposeAsync();
        }
    }

    /// <summary>As <c>kill -9</c>, or a machine that is gone: connections break, and what it held is lost unless <see cref="SaveAsync"/> came before.</summary>
    public async Task KillAsync()
    {
        if (_keeper is not { } keeper)
        {
            return;
        }

        _keeper = null;
        keeper.StandardInput.Close();
        await keeper.WaitForExitAsync();
        keeper.Dispose();
    }

    /// <summary>Starts again after <see cref="KillAsync"/>, on the same port.</summary>
    /// <param name="withSnapshot">With what <see cref="SaveAsync"/> wrote last; else empty.</param>
    public async Task RestartAsync(bool withSnapshot = false)
    {
        await KillAsync();
        if (!withSnapshot)
        {
            File.Delete(Path.Combine(Folder, "dump.rdb"));
        }

        if (!await TryStartAsync())
        {
            throw new InvalidOperationException($"Port {Port} was taken while Redis was away.");
        }
    }

    /// <summary>Writes a snapshot that a restart can bring back.</summary>
    public Task SaveAsync() => CommandAsync("SAVE");

    /// <summary>Stops it in the middle of whatever it does; connections stay, and nothing is answered.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>Lets it go on. What was asked meanwhile is answered now.</summary>
    public Task ThawAsync() => SignalAsync("-CONT");

    /// <summary>As <c>CONFIG SET</c>: <c>maxmemory</c>, <c>min-replicas-to-write</c> …</summary>
    public Task ConfigureAsync(string name, string value) => CommandAsync("CONFIG", "SET", name, value);

    /// <summary>Sends a command past everything under test and gives the answer as <c>redis-cli</c> prints it; an error of the server is thrown.</summary>
    public async Task<string> CommandAsync(params string[] command)
    {
        using var client = Process.Start(new ProcessStartInfo("redis-cli", ["-e", "-p", $"{Port}", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = client.StandardError.ReadToEndAsync();
        var output = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        return client.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"redis-cli {command[0]}: {output}{await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<bool> TryStartAsync()
    {
        if (!IsFree(Port))
        {
            return false;
        }

        string[] server = ["--bind", "127.0.0.1", "--port", $"{Port}", "--save", "", "--appendonly", "no", "--dir", Folder, .. _settings];
        _keeper = Process.Start(new ProcessStartInfo("sh", ["-c", Keeper, "sh", .. server]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = _keeper.StandardOutput;
        var lines = new List<string>();
        while (await output.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (line.StartsWith("pid ", StringComparison.Ordinal))
            {
                _pid = line[4..];
            }
            else if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                // Read on, or a full pipe would stop it one day.
                _ = output.BaseStream.CopyToAsync(Stream.Null);
                return true;
            }
            else if (line.Contains("aborting", StringComparison.Ordinal) || line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("not found", StringComparison.Ordinal))
            {
                break;
            }
        }

        await KillAsync();
        return lines.Any(line => line.Contains("Address already in use", StringComparison.Ordinal))
            ? false
            : throw new InvalidOperationException($"redis-server did not start: {string.Join('\n', lines)}");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _pid]);
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"redis-server, process {_pid}, is not there to be sent {signal}.");
        }
    }
}

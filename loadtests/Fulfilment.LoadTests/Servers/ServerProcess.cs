using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Fulfilment.LoadTests.Servers;

/// <summary>One of this program's servers in a process of its own, so that it shares no heap and no threads with what drives it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public int Id => _process.Id;

    /// <param name="kind"><c>engine</c>, <c>plain</c>, <c>supplier</c> or <c>receiver</c>.</param>
    /// <param name="folder">Where its database is.</param>
    /// <param name="environment">Its settings beside the defaults.</param>
    public static async Task<ServerProcess> StartAsync(string kind, string folder, Dictionary<string, string>? environment = null)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["serve", kind, folder, port.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["Bootstrap__OperatorKey"] = Bench.OperatorKey;
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"The {kind} server did not start.");
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "READY")
            {
                // Nobody reads the log of a server that is measured, but its pipe must not fill up.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new ServerProcess(process, new Uri($"http://127.0.0.1:{port}"));
            }

            Console.Error.WriteLine(line);
        }

        throw new InvalidOperationException($"The {kind} server ended before it was ready.");
    }

    /// <summary>The processor time it has had on all cores.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>What it has sent to the disk, in bytes.</summary>
    public long BytesWritten()
    {
        var line = File.ReadLines($"/proc/{Id}/io").First(line => line.StartsWith("write_bytes:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The most memory it has had, in bytes.</summary>
    public long PeakMemory()
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

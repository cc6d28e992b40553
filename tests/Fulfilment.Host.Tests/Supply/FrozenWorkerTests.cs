using System.Net;
using System.Net.Sockets;
using Dapper;
using Fulfilment.Core.Fulfilment;
using Microsoft.Data.Sqlite;
using SupplierSimulator;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>A worker that sleeps between its commit and the first byte sends nothing when it wakes too late: promise 4, and DESIGN.md's "Attempts".</summary>
public sealed class FrozenWorkerTests
{
    private static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task AHostStoppedBetweenCommitAndSend_SendsNothingOnceSendBeforeIsOver_AndTheUnitIsSubmittedAnew()
    {
        var folder = Directory.CreateTempSubdirectory("fulfilment-frozen-").FullName;

        // Time-outs far away: what holds it back is the permit alone.
        await using var supplier = await ExampleSupplier.StartAsync(ExampleSupplier.Files.Single(file => file.Contains("yunqi", StringComparison.Ordinal)), new SimulatorSettings { TopUps = ["T"] }, new ExampleTiming(TimeoutSeconds: 60));
        using var gate = new ConnectGate(supplier.Simulator.Address);
        await using (var host = await HostProcess.StartAsync(folder, [$"Fulfilment:SendWithinSeconds={SendWithin.TotalSeconds}", "Fulfilment:PollMilliseconds=50"]))
        {
            var body = supplier.Body(host.Client.BaseAddress!, """{"concurrency":1,"connectTimeoutSeconds":60}""", gate.Address);
            await host.CreateAsync("/v1/admin/suppliers", body);
            var shop = new SuppliedShop([supplier], folder, "no seed");
            await shop.OpenAsync(host);
            var sku = await shop.SkuAsync(host, "FROZEN", "T1", isTopUp: true, supplier);
            Assert.True(await shop.PlaceAsync(host, "F-1", sku, 1, isTopUp: true));

            // The attempt is committed, and its connection is not made: the gate lets nobody in.
            await Patience.UntilAsync(async () => await AttemptsAsync(folder) == 1 && gate.IsKnockedAt());
            await host.SignalAsync("STOP");
            await Task.Delay(SendWithin + TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            gate.Open();
            await Patience.UntilAsync(() => gate.Connections > 0);
            Assert.Empty(supplier.Simulator.Truth().Orders);
            await host.SignalAsync("CONT");

            await shop.AllEndAsync();
            await shop.AssertSameAsync(host);
            Assert.Equal(1, (await SupplyBooks.ReadAsync(folder)).Attempts.Count(attempt => attempt.State == AttemptState.NotSent));
            Assert.Equal(1, supplier.Simulator.Truth().Orders.Sum(order => order.Arrivals));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<long> AttemptsAsync(string folder)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(folder, "fulfilment.db")};Mode=ReadOnly;Pooling=False");
        return await database.ExecuteScalarAsync<long>("SELECT count(*) FROM attempts");
    }

    /// <summary>In front of a supplier: until it is opened a connection to it is neither made nor refused, because the queue of a listener that accepts nobody is full.</summary>
    private sealed class ConnectGate : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queue = [];
        private readonly Uri _behind;
        private int _connections;

        public ConnectGate(Uri behind)
        {
            _behind = behind;
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(1);
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");
            for (var i = 0; i < 2; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(_listener.LocalEndPoint!);
                _queue.Add(socket);
            }
        }

        public Uri Address { get; }

        /// <summary>Made since it was opened, our own apart.</summary>
        public int Connections => Volatile.Read(ref _connections);

        /// <summary>Whether somebody waits to be let in: state 2 in the kernel's table is a connection that was asked for and not answered.</summary>
        public bool IsKnockedAt()
        {
            var port = $":{Address.Port:X4}";
            return ((string[])["/proc/net/tcp", "/proc/net/tcp6"]).SelectMany(File.ReadLines)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(columns => columns.Length > 3 && columns[2].EndsWith(port, StringComparison.Ordinal) && columns[3] == "02");
        }

        public void Open() => _ = Task.Run(async () =>
        {
            for (var i = 0; i < _queue.Count; i++)
            {
                (await _listener.AcceptAsync()).Dispose();
            }

            while (true)
            {
                var one = await _listener.AcceptAsync();
                Interlocked.Increment(ref _connections);
                _ = PassAsync(one);
            }
        });

        public void Dispose()
        {
            _queue.ForEach(socket => socket.Dispose());
            _listener.Dispose();
        }

        private async Task PassAsync(Socket one)
        {
            using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await other.ConnectAsync(IPAddress.Loopback, _behind.Port);
            await using var near = new NetworkStream(one, ownsSocket: true);
            await using var far = new NetworkStream(other);
            await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
        }
    }
}

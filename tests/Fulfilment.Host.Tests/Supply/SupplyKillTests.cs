using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Fulfilment.Host.Tests.Durability;
using SupplierSimulator.Faults;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>A real host dies by <c>kill -9</c> several times while it has units at suppliers with every fault: nothing is submitted twice, and all of it ends as the suppliers say.</summary>
public sealed class SupplyKillTests : IAsyncDisposable
{
    private const int Kills = 4;
    private const int Connections = 8;
    private const int WellPercent = 70;

    private static readonly string[] Settings = [.. SuppliedShop.Settings.Select(setting => $"{setting.Key}={setting.Value}")];

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-supply-kill-").FullName;
    private readonly List<ExampleSupplier> _suppliers = [];
    private readonly ConcurrentDictionary<string, byte> _sent = new();

    [Fact]
    public async Task UnitsAtSuppliers_SurviveKill9_AndNoneIsIssuedTwice()
    {
        var seed = Environment.TickCount;
        Print($"seed {seed}");
        var (random, port) = (new Random(seed), FreePort());

        // Who takes back what it said before anybody could write it down has told two truths; the mixed faults have those.
        _suppliers.AddRange(await ExampleSupplier.StartAllAsync(
            new Uri($"http://127.0.0.1:{port}"), seed, supplier => [supplier.Mixed(WellPercent, Fault.RejectedAfterIssued, Fault.IssuedAfterRejected)]));
        var shop = new SuppliedShop(_suppliers, _folder, $"seed {seed}");
        var host = await HostProcess.StartAsync(_folder, Settings, port: port);
        await shop.SetUpAsync(host);
        var goods = await SupplyGoods.OfferAsync(shop, host, _suppliers);
        for (var round = 0; round < Kills; round++)
        {
            await LoadUntilKilledAsync(host, shop, goods, shop.Orders.Count + random.Next(40, 200));
            await host.DisposeAsync();
            host = await HostProcess.StartAsync(_folder, Settings, port: port);
            await RepeatAsync(host, shop, goods);
        }

        await using (host)
        {
            await shop.AllEndAsync();
            await shop.AssertSameAsync(host);
            Assert.Equal(0, await host.TerminateAsync());
        }

        Print($"{shop.Orders.Count} orders");
        await EngineChecks.AssertSoundAsync(_folder, $"seed {seed}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var supplier in _suppliers)
        {
            await supplier.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    // While orders are on their way and units at their suppliers.
    private async Task LoadUntilKilledAsync(HostProcess host, SuppliedShop shop, SupplyGoods goods, int killAt)
    {
        var connections = Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            string reference;
            do
            {
                _sent.TryAdd(reference = goods.NextReference(), 0);
            }
            while (await goods.PlaceAsync(host, reference));
        })).ToArray();
        await Patience.UntilAsync(() => shop.Orders.Count >= killAt || connections.All(connection => connection.IsCompleted));
        await host.KillAsync();
        await Task.WhenAll(connections);
    }

    // What a storefront does after a time-out: it posts the same again.
    private async Task RepeatAsync(HostProcess host, SuppliedShop shop, SupplyGoods goods)
    {
        var open = _sent.Keys.Except(shop.Orders.Keys).ToList();
        Print($"killed with {shop.Orders.Count} orders answered, {open.Count} on their way");
        foreach (var reference in open)
        {
            Assert.True(await goods.PlaceAsync(host, reference));
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}

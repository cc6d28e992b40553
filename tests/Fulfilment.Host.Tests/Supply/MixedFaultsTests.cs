using System.Diagnostics;
using Fulfilment.Host.Tests.Durability;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>Every fault at random at several suppliers at once, with routes behind each other: promise 4 by comparison with what the suppliers say is true.</summary>
public sealed class MixedFaultsTests : IAsyncDisposable
{
    private const int Units = 10_000;
    private const int Buyers = 8;
    private const int WellPercent = 85;

    private readonly string _folder = Directory.CreateTempSubdirectory("fulfilment-mixed-").FullName;
    private readonly List<ExampleSupplier> _suppliers = [];

    [Fact]
    public async Task TenThousandUnits_WithEveryFaultAtRandom_AreEachIssuedOnceOrRejected_AndOurBooksAreTheSuppliers()
    {
        var seed = Environment.TickCount;
        Print($"seed {seed}");
        await using (var host = await TestHost.StartAsync(new TestHostOptions { Folder = _folder, Settings = SuppliedShop.Settings }))
        {
            _suppliers.AddRange(await ExampleSupplier.StartAllAsync(host.Client.BaseAddress!, seed, supplier => [supplier.Mixed(WellPercent)]));
            var shop = new SuppliedShop(_suppliers, _folder, $"seed {seed}");
            await shop.SetUpAsync(host);
            var goods = await SupplyGoods.OfferAsync(shop, host, _suppliers);
            var began = Stopwatch.GetTimestamp();
            await goods.BuyAsync(host, seed, Units, Buyers);
            Print($"{shop.Orders.Count} orders taken after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            await shop.AllEndAsync();
            Print($"all ended after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            await shop.AssertSameAsync(host);
        }

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

    private static void Print(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}

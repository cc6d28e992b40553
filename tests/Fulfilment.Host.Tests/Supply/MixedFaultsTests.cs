using System.Diagnostics;
using Fulfilment.Host.Tests.Durability;
using SupplierSimulator;
using SupplierSimulator.Faults;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>Every fault at random at several suppliers at once, with routes behind each other: promise 4 by comparison with what the suppliers say is true.</summary>
public sealed class MixedFaultsTests
{
    private const int Units = 10_000;
    private const int Buyers = 8;
    private const int WellPercent = 85;

    [Fact]
    public async Task TenThousandUnits_WithEveryFaultAtRandom_AreEachIssuedOnceOrRejected_AndOurBooksAreTheSuppliers()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var folder = Directory.CreateTempSubdirectory("fulfilment-mixed-").FullName;
        var suppliers = new List<ExampleSupplier>();
        foreach (var file in ExampleSupplier.Files)
        {
            suppliers.Add(await ExampleSupplier.StartAsync(file, new SimulatorSettings
            {
                Name = $"M{suppliers.Count}",
                Plan = new FaultPlan(seed + suppliers.Count, [FaultRule.Mixed("", WellPercent, [.. Enum.GetValues<Fault>().Where(fault => fault != Fault.None)])]),
                Times = new SimulatorTimes { Processing = TimeSpan.FromSeconds(1), Hidden = TimeSpan.FromSeconds(1), LateCallback = TimeSpan.FromSeconds(2) },
                TopUps = ["T"],
            }));
        }

        var began = Stopwatch.GetTimestamp();
        await using (var host = await TestHost.StartAsync(new TestHostOptions { Folder = folder, Settings = SuppliedShop.Settings }))
        {
            var shop = new SuppliedShop(suppliers, folder, $"seed {seed}");
            await shop.SetUpAsync(host);
            var goods = await SupplyGoods.OfferAsync(shop, host, suppliers);
            await goods.BuyAsync(host, seed, Units, Buyers);
            TestContext.Current.TestOutputHelper?.WriteLine($"{shop.Orders.Count} orders taken after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            await shop.AllEndAsync();
            TestContext.Current.TestOutputHelper?.WriteLine($"all ended after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            await Patience.UntilAsync(() => suppliers.All(supplier => supplier.Simulator.CallbacksUnderWay == 0));
            await shop.AssertSameAsync(host);
        }

        await EngineChecks.AssertSoundAsync(folder, $"seed {seed}");
        foreach (var supplier in suppliers)
        {
            await supplier.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }
}

using SupplierSimulator;
using SupplierSimulator.Faults;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>Each fault of a supplier alone, at every example, on a real host over real HTTP: what the supplier says is true is what we have written down.</summary>
public sealed class SupplierFaultTests(SupplierFaultTests.Street street) : IClassFixture<SupplierFaultTests.Street>
{
    private const int OrdersPerSupplier = 4;

    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task WithThisFault_TheSuppliersTruthIsOurRecords_AndEveryOrderEnds(Fault fault)
    {
        var orders = new List<Task>();
        foreach (var supplier in street.Suppliers)
        {
            foreach (var isTopUp in supplier.HasCodes ? new[] { false, true } : [true])
            {
                var sku = await street.Shop.SkuAsync(street.Host, $"{supplier.Code}-{fault}-{isTopUp}", Street.Product(fault, isTopUp), isTopUp, supplier);
                orders.AddRange(Enumerable.Range(0, OrdersPerSupplier).Select(i => street.Shop.PlaceAsync(street.Host, $"{sku}-{i}", sku, 1 + (i % 2), isTopUp)));
            }
        }

        await Task.WhenAll(orders);
        var lasted = await street.Shop.AllEndAsync();
        await street.CallbacksAreOverAsync();
        await street.Shop.AssertSameAsync(street.Host);
        TestContext.Current.TestOutputHelper?.WriteLine($"{street.Seed}: {orders.Count} orders ended after {lasted.TotalSeconds:F1} s");
    }

    /// <summary>One host and every example, shared by the faults: each has products of its own.</summary>
    public sealed class Street : IAsyncLifetime
    {
        private static readonly SimulatorTimes Times = new()
        {
            Processing = TimeSpan.FromSeconds(1),
            Hidden = TimeSpan.FromSeconds(1),
            LateCallback = TimeSpan.FromSeconds(2),
            Slow = TimeSpan.FromMilliseconds(300),
            CallbackRetry = TimeSpan.FromMilliseconds(200),
        };

        internal TestHost Host { get; private set; } = null!;

        internal SuppliedShop Shop { get; private set; } = null!;

        internal List<ExampleSupplier> Suppliers { get; } = [];

        internal string Seed { get; private set; } = "";

        internal static string Product(Fault fault, bool isTopUp) => $"{(isTopUp ? "T" : "C")}{Plays.NameOf(fault)}.";

        public async ValueTask InitializeAsync()
        {
            var seed = Environment.TickCount;
            Seed = $"seed {seed}";
            FaultRule[] rules = [.. Enum.GetValues<Fault>().SelectMany(fault => new[] { false, true }.Select(isTopUp => FaultRule.Always(Product(fault, isTopUp), fault)))];
            foreach (var file in ExampleSupplier.Files)
            {
                Suppliers.Add(await ExampleSupplier.StartAsync(file, new SimulatorSettings
                {
                    Name = $"X{Suppliers.Count}",
                    Plan = new FaultPlan(seed, rules),
                    Times = Times,
                    TopUps = ["T"],
                    QueryInterval = TimeSpan.FromSeconds(0.4),
                }));
            }

            Host = await TestHost.StartAsync(new TestHostOptions { Settings = SuppliedShop.Settings });
            Shop = new SuppliedShop(Suppliers, Host.Folder, Seed);
            await Shop.SetUpAsync(Host);
        }

        /// <summary>Until every callback was taken or given up.</summary>
        internal Task CallbacksAreOverAsync() => Patience.UntilAsync(() => Suppliers.All(supplier => supplier.Simulator.CallbacksUnderWay == 0));

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            foreach (var supplier in Suppliers)
            {
                await supplier.DisposeAsync();
            }
        }
    }
}

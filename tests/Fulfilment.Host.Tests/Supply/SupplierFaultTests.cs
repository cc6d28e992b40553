using SupplierSimulator.Faults;

namespace Fulfilment.Host.Tests.Supply;

/// <summary>Each fault of a supplier alone, at every example, on a real host over real HTTP: what the supplier says is true is what we have written down.</summary>
public sealed class SupplierFaultTests(SupplierFaultTests.Street street) : IClassFixture<SupplierFaultTests.Street>
{
    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task WithThisFault_TheSuppliersTruthIsOurRecords_AndEveryOrderEnds(Fault fault) =>
        await street.Shop.AssertSameAsync(street.Host, order => order.Fault == fault);

    /// <summary>One host and every example. Every fault has products of its own, and all of them are ordered and seen through at once, which saves their waits.</summary>
    public sealed class Street : IAsyncLifetime
    {
        private const int OrdersPerProduct = 4;

        private readonly List<ExampleSupplier> _suppliers = [];

        internal TestHost Host { get; private set; } = null!;

        internal SuppliedShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var seed = Environment.TickCount;
            Host = await TestHost.StartAsync(new TestHostOptions { Settings = SuppliedShop.Settings });
            _suppliers.AddRange(await ExampleSupplier.StartAllAsync(
                Host.Client.BaseAddress!, seed, _ => [.. Enum.GetValues<Fault>().SelectMany(fault => new[] { false, true }.Select(isTopUp => FaultRule.Always(Product(fault, isTopUp), fault)))]));
            Shop = new SuppliedShop(_suppliers, Host.Folder, $"seed {seed}");
            await Shop.SetUpAsync(Host);
            await Task.WhenAll(Enum.GetValues<Fault>().SelectMany(fault => _suppliers.Where(supplier => supplier.Plays(fault)).Select(supplier => OrderAsync(supplier, fault))));
            await Shop.AllEndAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            foreach (var supplier in _suppliers)
            {
                await supplier.DisposeAsync();
            }
        }

        private async Task OrderAsync(ExampleSupplier supplier, Fault fault)
        {
            foreach (var isTopUp in supplier.HasCodes ? new[] { false, true } : [true])
            {
                var sku = await Shop.SkuAsync(Host, $"{supplier.Code}-{fault}-{isTopUp}", Product(fault, isTopUp), isTopUp, supplier);
                for (var order = 0; order < OrdersPerProduct; order++)
                {
                    Assert.True(await Shop.PlaceAsync(Host, $"{sku}-{order}", sku, 1 + (order % 2), isTopUp));
                }
            }
        }

        private static string Product(Fault fault, bool isTopUp) => $"{(isTopUp ? "T" : "C")}.{Plays.NameOf(fault)}.";
    }
}

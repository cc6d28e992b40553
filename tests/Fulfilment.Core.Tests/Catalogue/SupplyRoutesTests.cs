using Fulfilment.Core.Catalogue;

namespace Fulfilment.Core.Tests.Catalogue;

public sealed class SupplyRoutesTests
{
    private static readonly Route Pool = new(RouteSource.Pool);
    private static readonly Route Dear = new(RouteSource.Supplier, "dear", "D", new Money(90_000));
    private static readonly Route Cheap = new(RouteSource.Supplier, "cheap", "C", new Money(70_000));
    private static readonly Route AsCheap = new(RouteSource.Supplier, "as-cheap", "C", new Money(70_000));
    private static readonly Route Unpriced = new(RouteSource.Supplier, "unpriced", "U");
    private static readonly Route Person = new(RouteSource.Manual);

    [Fact]
    public void Priority_KeepsTheList() =>
        Assert.Equal([Person, Dear, Pool, Cheap], SupplyRoutes.InOrder(Sku(RouteOrder.Priority, Person, Dear, Pool, Cheap)));

    [Fact]
    public void Cost_PutsThePoolFirstWhereItIsListedFirst_ThenTheCheapest_AndAPersonLast() =>
        Assert.Equal([Pool, Cheap, AsCheap, Dear, Unpriced, Person], SupplyRoutes.InOrder(Sku(RouteOrder.Cost, Pool, Unpriced, Person, Dear, Cheap, AsCheap)));

    [Fact]
    public void Cost_PutsAPoolThatIsNotListedFirst_BehindTheSuppliers() =>
        Assert.Equal([Cheap, Pool, Person], SupplyRoutes.InOrder(Sku(RouteOrder.Cost, Person, Pool, Cheap)));

    [Theory]
    [InlineData(SkuKind.TopUp)]
    [InlineData(SkuKind.Manual)]
    public void OnlyCardKeysComeFromThePool(SkuKind kind)
    {
        var sku = Sku(RouteOrder.Priority, Pool, Person) with { Kind = kind };

        Assert.Equal([Person], SupplyRoutes.InOrder(sku));
        Assert.False(SupplyRoutes.BeginsInPool(sku));
    }

    [Fact]
    public void PoolAlone_HasNothingToWaitFor()
    {
        Assert.True(SupplyRoutes.BeginsInPool(Sku(RouteOrder.Priority, Pool)));
        Assert.False(SupplyRoutes.HasOtherThanPool(Sku(RouteOrder.Priority, Pool)));
        Assert.True(SupplyRoutes.HasOtherThanPool(Sku(RouteOrder.Cost, Pool, Person)));
    }

    private static Sku Sku(RouteOrder order, params Route[] routes) => new()
    {
        Id = 1, Code = "V", Name = "V", Kind = SkuKind.CardKey, Currency = "CNY", Price = new Money(100_000), Routes = routes,
        Supply = new SupplyPolicy { Order = order }, UpdatedAt = default,
    };
}

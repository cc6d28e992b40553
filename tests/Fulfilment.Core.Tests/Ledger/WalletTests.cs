using Fulfilment.Core.Ledger;
using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Tests.Ledger;

public sealed class WalletTests
{
    [Theory]
    [InlineData(Settlement.Prepaid, null, 100, 30, 70L)]
    [InlineData(Settlement.Prepaid, null, 0, 0, 0L)]
    [InlineData(Settlement.Postpaid, 50L, 100, 30, 120L)]
    [InlineData(Settlement.Postpaid, 50L, -40, 10, 0L)]
    [InlineData(Settlement.Postpaid, 0L, 0, 0, 0L)]
    [InlineData(Settlement.Postpaid, null, -1_000, 10, null)]
    public void Available_IsWhatLiesAboveTheFloor(Settlement settlement, long? creditLimit, long balance, long held, long? available)
    {
        var shop = new Storefront
        {
            Id = 1,
            Code = "shop-1",
            Name = "shop",
            Settlement = settlement,
            CreditLimit = creditLimit is { } limit ? new Money(limit) : null,
            UpdatedAt = default,
        };

        Assert.Equal(available, new Wallet("CNY", new Money(balance), new Money(held)).Available(shop.Terms.WalletFloor)?.TenThousandths);
    }
}

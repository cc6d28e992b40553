using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Tests.Storefronts;

public sealed class StorefrontFieldsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void FieldsLeftOut_TakeTheirDefaults()
    {
        var shop = Minimal().Create(1, Now).Value;

        Assert.Equal(
            new Storefront { Id = 1, Code = "shop-1", Name = "shop", Settlement = Settlement.Postpaid, StockDisplay = StockDisplay.Level, Active = true, UpdatedAt = Now },
            shop);
    }

    [Fact]
    public void BadFields_AreRefused_WithTheirPointers()
    {
        AssertRefused("/code", fields => fields.Code = "a b");
        AssertRefused("/code", fields => fields.Code = default);
        AssertRefused("/name", fields => fields.Name = new string('n', 201));
        AssertRefused("/name", fields => fields.Name = default);
        AssertRefused("/creditLimit", fields => fields.CreditLimit = new Money(-1));
        AssertRefused("/creditLimit", fields => (fields.Settlement, fields.CreditLimit) = (Settlement.Prepaid, new Money(1)));
        AssertRefused("/ratePerSecond", fields => fields.RatePerSecond = 0);
        AssertRefused("/ratePerSecond", fields => fields.RatePerSecond = 1_000_001);
        AssertRefused("/holdAbove", fields => fields.HoldAbove = new Money(Money.Largest.TenThousandths + 1));
    }

    [Fact]
    public void Change_KeepsWhatIsLeftOut_AndClearsWhatIsNull()
    {
        var fields = Minimal();
        fields.CreditLimit = new Money(5);
        fields.HoldAbove = new Money(7);
        var shop = fields.Create(1, Now).Value;

        var changed = new StorefrontFields { CreditLimit = new Optional<Money?>(null), Active = false }.Change(shop, Now.AddHours(1)).Value;

        Assert.Equal(shop with { CreditLimit = null, Active = false, UpdatedAt = Now.AddHours(1) }, changed);
        Assert.Equal("/code", new StorefrontFields { Code = "other" }.Change(shop, Now).Refusal?.Param);
        Assert.Equal("/creditLimit", new StorefrontFields { Settlement = Settlement.Prepaid }.Change(shop, Now).Refusal?.Param);
    }

    private static StorefrontFields Minimal() => new() { Code = "shop-1", Name = "shop" };

    private static void AssertRefused(string param, Action<StorefrontFields> spoil)
    {
        var fields = Minimal();
        spoil(fields);
        var refusal = fields.Create(1, Now).Refusal;
        Assert.Equal((RefusalCode.InvalidRequest, param), (refusal?.Code, refusal?.Param));
    }
}

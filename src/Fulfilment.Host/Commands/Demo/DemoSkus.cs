using Fulfilment.Core;
using Fulfilment.Core.Catalogue;

namespace Fulfilment.Host.Commands.Demo;

/// <summary>A SKU of the demo shop and the kind of codes it is stocked with.</summary>
/// <param name="Fields">The SKU.</param>
/// <param name="UnitCost">What one of its codes cost.</param>
/// <param name="HasNumbers">Whether its codes are cards with a number of their own.</param>
internal sealed record DemoSku(SkuFields Fields, Money UnitCost, bool HasNumbers = false)
{
    public string Code => Fields.Code.Or(null)!;
}

/// <summary>What the demo shop sells.</summary>
internal static class DemoSkus
{
    public static IReadOnlyList<DemoSku> All { get; } =
    [
        new(Sku("VIDEO-VIP-1M", "视频会员月卡 Video membership, 1 month", "video", "1 month", new Money(25_0000), new Money(30_0000)), new Money(21_5000)),
        new(Sku("MUSIC-VIP-3M", "音乐会员季卡 Music membership, 3 months", "music", "3 months", new Money(38_0000), new Money(45_0000)), new Money(33_0000)),
        new(Sku("FOOD-VOUCHER-50", "外卖代金券 50 元 Food voucher, 50 yuan", "food", "30 days", new Money(46_5000), new Money(50_0000)), new Money(44_0000)),
        new(Sku("PHONE-CARD-100", "话费充值卡 100 元 Phone card, 100 yuan", "phone", null, new Money(99_0000), new Money(100_0000)), new Money(97_8000), HasNumbers: true),
    ];

    private static SkuFields Sku(string code, string name, string category, string? duration, Money price, Money faceValue) => new()
    {
        Code = code,
        Name = name,
        Category = category,
        Duration = duration,
        Currency = "CNY",
        Price = price,
        FaceValue = faceValue,
        Instructions = "演示数据,不能兑换。Demo data; nothing to redeem.",
    };
}

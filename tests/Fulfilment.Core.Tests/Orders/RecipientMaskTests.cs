using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core.Orders;

namespace Fulfilment.Core.Tests.Orders;

public sealed class RecipientMaskTests
{
    [Theory]
    [InlineData("13800000000", "138****0000")]
    [InlineData(" 13800000000\t", "138****0000")]
    [InlineData("+8613800000000", "+86****0000")]
    [InlineData("23800000000", "238****00")]
    [InlineData("12345678901", "123****01")]
    [InlineData("zhangsan@qq.com", "zha****@****.com")]
    [InlineData("zhangsanfeng@qq.com", "zha****@qq.com")]
    [InlineData("a@b.cn", "****@****")]
    [InlineData("@handle", "@h****e")]
    [InlineData("10001", "1****1")]
    [InlineData("张三", "张****")]
    [InlineData("张", "****")]
    [InlineData("", "****")]
    [InlineData("😀", "****")]
    public void Mask_ShowsWhatLetsItsOwnerRecogniseIt(string recipient, string expected) =>
        Assert.Equal(expected, RecipientMask.Mask(recipient));

    [Fact]
    public void Mask_NeverShowsMoreThanHalf_ButOfAMobileNumber() =>
        Prop.ForAll(Recipients().ToArbitrary(), recipient =>
        {
            var masked = RecipientMask.Mask(recipient);
            var shown = masked.Replace("****", "", StringComparison.Ordinal).Replace("@", "", StringComparison.Ordinal);
            return masked.Contains("****", StringComparison.Ordinal)
                && (2 * shown.Length <= recipient.Trim().Length || IsMobileNumber(recipient.Trim()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mask_NeverCutsASurrogatePair() =>
        Prop.ForAll(Recipients().ToArbitrary(), recipient => WellFormedText.Is(RecipientMask.Mask(recipient))).QuickCheckThrowOnFailure();

    private static bool IsMobileNumber(string text) =>
        text.Length == 11 && text[0] == '1' && text[1] >= '3' && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static Gen<string> Recipients() =>
        Gen.Elements("1", "3", "0", "a", "b", "@", ".", "张", "😀", " ", "138", ".com").ListOf().Select(parts => string.Concat(parts));
}

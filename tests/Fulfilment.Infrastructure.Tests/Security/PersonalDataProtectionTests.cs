using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core;
using Fulfilment.Core.Orders;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class PersonalDataProtectionTests : IDisposable
{
    private const string Recipient = "zhangsan@example.com";

    private readonly PersonalDataProtection _protection = new(KeyRing.Create());

    public void Dispose() => _protection.Dispose();

    [Fact]
    public void Reveal_GivesBackExactlyWhatWasProtected() =>
        Prop.ForAll(SecurityTexts.Texts().ToArbitrary(), SecurityTexts.Ids().ToArbitrary(), (text, id) =>
            _protection.Reveal(id, _protection.Protect(id, text)) == text).QuickCheckThrowOnFailure();

    [Fact]
    public void Reveal_RefusesAChangeOfAnyByte_AndAnotherOwner()
    {
        var value = _protection.Protect(7, Recipient);
        for (var at = 0; at < value.Length; at++)
        {
            value[at] ^= 0x40;
            Assert.Throws<PersonalDataProtectionException>(() => _protection.Reveal(7, value));
            value[at] ^= 0x40;
        }

        Assert.Throws<PersonalDataProtectionException>(() => _protection.Reveal(8, value));
        Assert.Throws<PersonalDataProtectionException>(() => _protection.Reveal(7, []));
        Assert.Equal(Recipient, _protection.Reveal(7, value));
    }

    [Theory]
    [InlineData(" 13800000000\t", "13800000000")]
    [InlineData("１３８００００００００", "13800000000")]
    [InlineData("\u3000张三 ", "张三")]
    public void LookupHash_FindsTheSamePerson(string one, string other) => Assert.Equal(HashOf(one), HashOf(other));

    [Theory]
    [InlineData("13800000000", "13800000001")]
    [InlineData("138-0000", "1380000")]
    [InlineData("A@x.cn", "a@x.cn")]
    public void LookupHash_KeepsPeopleApart(string one, string other) => Assert.NotEqual(HashOf(one), HashOf(other));

    [Fact]
    public void LookupHash_TakesTextsOfAnyLength() =>
        Assert.NotEqual(HashOf(new string('张', 1_000)), HashOf(new string('张', 1_001)));

    [Fact]
    public void Exceptions_HoldNoContent()
    {
        var value = _protection.Protect(7, Recipient);
        Exception[] thrown =
        [
            Assert.Throws<PersonalDataProtectionException>(() => _protection.Reveal(8, value)),
            Assert.Throws<MalformedTextException>(() => _protection.Protect(7, Recipient + "\uD800")),
            Assert.Throws<MalformedTextException>(() => HashOf("\uDC00" + Recipient)),
        ];

        Assert.All(thrown, exception => SecurityTexts.AssertHoldsNone(exception.ToString(), "zhangsan", "example.com"));
    }

    private string HashOf(string text)
    {
        var hash = new byte[IPersonalDataProtection.HashSize];
        _protection.LookupHash(text, hash);
        return Convert.ToHexString(hash);
    }
}

using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Core.Orders;
using Fulfilment.Core.Suppliers;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class SupplierVaultTests : IDisposable
{
    private const string Settings = """{"secret":"s3cret"}""";

    private readonly KeyRing _keys = KeyRing.Create();
    private readonly SupplierVault _vault;

    public SupplierVaultTests() => _vault = new SupplierVault(_keys);

    public void Dispose() => _vault.Dispose();

    [Fact]
    public void Settings_ComeBackAsTheyWere() =>
        Prop.ForAll(SecurityTexts.Texts().ToArbitrary(), SecurityTexts.Ids().ToArbitrary(), (text, id) =>
            _vault.RevealSettings(id, _vault.ProtectSettings(id, text)) == text).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(RawAnswer.LongestBody)]
    public void Answers_ComeBackByteForByte_AlsoIfTheyAreNoText(int length)
    {
        var body = new byte[length];
        new Random(length).NextBytes(body);

        Assert.Equal(body, _vault.RevealAnswer(7, _vault.ProtectAnswer(7, body)));
    }

    [Fact]
    public void Reveal_RefusesAChangeOfAnyByte_AndAnotherOwner()
    {
        var value = _vault.ProtectSettings(7, Settings);
        for (var at = 0; at < value.Length; at++)
        {
            value[at] ^= 0x40;
            Assert.Throws<SupplierVaultException>(() => _vault.RevealSettings(7, value));
            value[at] ^= 0x40;
        }

        Assert.Throws<SupplierVaultException>(() => _vault.RevealSettings(8, value));
        Assert.Throws<SupplierVaultException>(() => _vault.RevealAnswer(7, []));
        Assert.Equal(Settings, _vault.RevealSettings(7, value));
    }

    [Fact]
    public void Values_OpenInNoOtherDomain_AndExceptionsHoldNoContent()
    {
        using var codes = new CodeProtection(_keys);
        using var people = new PersonalDataProtection(_keys);
        var value = _vault.ProtectSettings(7, Settings);
        Exception[] thrown =
        [
            Assert.Throws<CodeProtectionException>(() => codes.Reveal(7, value)),
            Assert.Throws<PersonalDataProtectionException>(() => people.Reveal(7, value)),
            Assert.Throws<SupplierVaultException>(() => _vault.RevealSettings(7, codes.Protect(7, new CodeText("1", "2")))),
            Assert.Throws<SupplierVaultException>(() => _vault.RevealSettings(8, value)),
            Assert.Throws<MalformedTextException>(() => _vault.ProtectSettings(7, "s3cret\ud800")),
        ];

        Assert.All(thrown, exception => Assert.DoesNotContain("s3cret", exception.ToString(), StringComparison.Ordinal));
    }
}

using Fulfilment.Core.Storefronts;

namespace Fulfilment.Core.Tests.Storefronts;

public sealed class KeyFieldsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("storefront:shop-1", KeyOwnerKind.Storefront, "shop-1")]
    [InlineData("supplier:acme", KeyOwnerKind.Supplier, "acme")]
    [InlineData("operator:li", KeyOwnerKind.Operator, "li")]
    public void Owner_IsReadAndWrittenAlike(string text, KeyOwnerKind kind, string code)
    {
        Assert.True(KeyTexts.TryParseOwner(text, out var owner));
        Assert.Equal(new KeyOwner(kind, code), owner);
        Assert.Equal(text, owner.Value.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("shop-1")]
    [InlineData("storefront:")]
    [InlineData("Storefront:shop-1")]
    [InlineData("storefront:shop:1")]
    [InlineData("customer:x")]
    public void BadOwner_IsRefused(string? owner) => AssertRefused(Valid() with { Owner = owner }, "/owner");

    [Fact]
    public void EveryScope_HasAName_ThatReadsBack()
    {
        var all = Enum.GetValues<Scopes>().Where(scope => scope != Scopes.None).ToList();

        Assert.Equal(all.Count, KeyTexts.ScopeNames.Count);
        Assert.All(all, scope =>
        {
            Assert.True(KeyTexts.TryParseScope(Assert.Single(KeyTexts.Of(scope)), out var read));
            Assert.Equal(scope, read);
        });
    }

    [Theory]
    [InlineData("storefront:shop-1", "/scopes/1", "orders", "admin")]
    [InlineData("storefront:shop-1", "/scopes/1", "orders", "Orders")]
    [InlineData("storefront:shop-1", "/scopes/1", "orders", null)]
    [InlineData("storefront:shop-1", "/scopes")]
    [InlineData("supplier:acme", "/scopes/0", "orders")]
    [InlineData("supplier:acme", "/scopes/1", "inventory", "codes")]
    public void BadScopes_AreRefused(string owner, string param, params string?[] scopes) =>
        AssertRefused(Valid() with { Owner = owner, Scopes = scopes }, param);

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9/32")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    public void Address_BecomesANetwork(string text, string network) =>
        Assert.Equal(network, Assert.Single((Valid() with { AllowedIps = [text] }).Create(1, new byte[32], Now).Value.AllowedIps).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("example.com")]
    [InlineData(null)]
    public void BadAddress_IsRefused(string? text) => AssertRefused(Valid() with { AllowedIps = ["203.0.113.9", text] }, "/allowedIps/1");

    [Fact]
    public void Expiry_LiesInTheFuture()
    {
        AssertRefused(Valid() with { ExpiresAt = Now }, "/expiresAt");
        Assert.Null((Valid() with { ExpiresAt = Now.AddMilliseconds(1) }).Create(1, new byte[32], Now).Refusal);
    }

    [Fact]
    public void KeyText_IsThePrefixAndItsRandomBytes()
    {
        var text = ApiKeyText.Create(new Bytes(0xFF), KeyMode.Live);

        Assert.Equal("fk_live_" + new string('_', 42) + "8", text);
        Assert.Equal(32, ApiKeyText.Hash(text).Length);
    }

    private static KeyFields Valid() => new() { Owner = "operator:li", Scopes = ["orders", "admin"] };

    private static void AssertRefused(KeyFields fields, string param)
    {
        var refusal = fields.Create(1, new byte[32], Now).Refusal;
        Assert.Equal((RefusalCode.InvalidRequest, param), (refusal?.Code, refusal?.Param));
    }

    private sealed class Bytes(byte value) : IRandomBytes
    {
        public void Fill(Span<byte> destination) => destination.Fill(value);
    }
}

using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class KeyRingTests
{
    private readonly KeyRing _keys = KeyRing.Create();

    [Fact]
    public void Printing_ShowsNoKey()
    {
        var secrets = new[] { _keys.Encryption[1], _keys.Fingerprint, _keys.LookUp, _keys.Custody }
            .SelectMany(key => new[] { Convert.ToBase64String(key.Bytes), Convert.ToHexString(key.Bytes) })
            .ToArray();

        SecurityTexts.AssertHoldsNone($"{_keys} {_keys.Custody} {new { _keys.Encryption }}", secrets);
        Assert.Equal("KeyRing", _keys.ToString());
        Assert.Equal("SecretKey", _keys.Custody.ToString());
        Assert.Empty(typeof(SecretKey).GetProperties());
    }

    [Fact]
    public void Ring_RefusesOneKeyForTwoPurposes()
    {
        var key = SecretKey.Create();

        var refused = Assert.Throws<KeyRingException>(() =>
            new KeyRing(new Dictionary<byte, SecretKey> { [1] = key }, 1, SecretKey.Create(), new SecretKey(key.Bytes), SecretKey.Create()));

        Assert.Contains("encryption:1 and lookUp are the same key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ring_RefusesAnActiveKeyItHasNot_AndTheIdZero()
    {
        Assert.Throws<ArgumentException>(() => With(active: 2, (1, SecretKey.Create())));
        Assert.Throws<ArgumentException>(() => With(active: 1, (0, SecretKey.Create()), (1, SecretKey.Create())));
        Assert.Throws<ArgumentException>(() => new SecretKey(new byte[31]));
    }

    [Fact]
    public void CheckValues_AreTheSameForTheSameKeys_AndRevealNone()
    {
        var checks = _keys.CheckValues();

        Assert.Equal(["custody", "encryption:1", "fingerprint", "lookUp"], checks.Keys.Order(StringComparer.Ordinal));
        Assert.All(checks.Values, check => Assert.Matches("^[0-9a-f]{32}$", check));
        Assert.Equal(4, checks.Values.Distinct().Count());
        Assert.Equal(checks, With(active: 1, (1, _keys.Encryption[1])).CheckValues());

        // Nor do they show that one key was given two ids.
        Assert.NotEqual(checks["encryption:1"], With(active: 2, (2, _keys.Encryption[1])).CheckValues()["encryption:2"]);
    }

    [Fact]
    public void Compare_FindsNothing_WhenAKeyIsAdded()
    {
        var rotated = With(active: 2, (1, _keys.Encryption[1]), (2, SecretKey.Create()));

        Assert.Empty(KeyCheck.Compare(_keys.CheckValues(), rotated.CheckValues()));
        Assert.Empty(KeyCheck.Compare(new Dictionary<string, string>(), _keys.CheckValues()));
    }

    [Fact]
    public void Compare_NamesAChangedEncryptionKey() =>
        Assert.Equal(
            [new KeyMismatch("encryption:1", KeyMismatchKind.Changed)],
            KeyCheck.Compare(_keys.CheckValues(), With(active: 1, (1, SecretKey.Create())).CheckValues()));

    [Fact]
    public void Compare_NamesAnEncryptionKeyThatIsGone() =>
        Assert.Equal(
            [new KeyMismatch("encryption:1", KeyMismatchKind.Missing)],
            KeyCheck.Compare(_keys.CheckValues(), With(active: 2, (2, _keys.Encryption[1])).CheckValues()));

    [Fact]
    public void Compare_NamesEveryKey_OfAnotherInstallation() =>
        Assert.Equal(
            ["custody", "encryption:1", "fingerprint", "lookUp"],
            KeyCheck.Compare(_keys.CheckValues(), KeyRing.Create().CheckValues()).Select(mismatch => mismatch.Name));

    private KeyRing With(byte active, params (byte Id, SecretKey Key)[] encryption) =>
        new(encryption.ToDictionary(key => key.Id, key => key.Key), active, _keys.Fingerprint, _keys.LookUp, _keys.Custody);
}

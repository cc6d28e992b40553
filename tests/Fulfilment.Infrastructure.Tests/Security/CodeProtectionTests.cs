using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class CodeProtectionTests : IDisposable
{
    private const long CardKeyId = 0x0102_0304_0506_0708;

    private static readonly CodeText Code = new("8800-QXJZV", "hunter2-VJQXW");

    private readonly KeyRing _keys = KeyRing.Create();
    private readonly CodeProtection _protection;

    public CodeProtectionTests() => _protection = new CodeProtection(_keys);

    public void Dispose() => _protection.Dispose();

    [Fact]
    public void Reveal_GivesBackExactlyWhatWasProtected() =>
        Prop.ForAll(SecurityTexts.Codes().ToArbitrary(), SecurityTexts.Ids().ToArbitrary(), (code, id) =>
            _protection.Reveal(id, _protection.Protect(id, code)) == code).QuickCheckThrowOnFailure();

    /// <summary>The number's length takes one byte to 126 and two to 16,382, and the stack is left at 512.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(510)]
    [InlineData(16_382)]
    [InlineData(16_383)]
    [InlineData(100_000)]
    public void Reveal_GivesBackNumbersOfEveryLength(int length)
    {
        var code = new CodeText(new string('7', length), new string('密', length));

        Assert.Equal(code, _protection.Reveal(1, _protection.Protect(1, code)));
    }

    [Fact]
    public void Protect_HasTheDocumentedShape()
    {
        var value = _protection.Protect(CardKeyId, new CodeText(null, "12345"));

        Assert.Equal(2 + 12 + (1 + 5) + 16, value.Length);
        Assert.Equal(1, value[0]);
        Assert.Equal(_keys.ActiveEncryptionId, value[1]);
    }

    [Fact]
    public void Protect_NeverUsesANonceTwice()
    {
        var nonces = Enumerable.Range(0, 10_000).Select(_ => Convert.ToHexString(_protection.Protect(1, Code).AsSpan(2, 12)));

        Assert.Equal(10_000, nonces.ToHashSet().Count);
    }

    [Fact]
    public void Reveal_RefusesAChangeOfAnyBit()
    {
        var value = _protection.Protect(CardKeyId, Code);
        for (var bit = 0; bit < value.Length * 8; bit++)
        {
            value[bit / 8] ^= (byte)(1 << (bit % 8));
            var refused = Assert.Throws<CodeProtectionException>(() => _protection.Reveal(CardKeyId, value));
            Assert.Equal(
                (bit / 8) switch { 0 => ProtectionFailure.Unreadable, 1 => ProtectionFailure.UnknownKey, _ => ProtectionFailure.NotAuthentic },
                refused.Failure);
            value[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(Code, _protection.Reveal(CardKeyId, value));
    }

    [Fact]
    public void Reveal_RefusesAnyOtherLength()
    {
        var value = _protection.Protect(CardKeyId, Code);

        for (var length = 0; length < value.Length; length++)
        {
            Assert.Throws<CodeProtectionException>(() => _protection.Reveal(CardKeyId, value.AsSpan(0, length)));
        }

        Assert.Throws<CodeProtectionException>(() => _protection.Reveal(CardKeyId, [.. value, 0]));
    }

    [Theory]
    [InlineData(CardKeyId + 1)]
    [InlineData(-CardKeyId)]
    [InlineData(CardKeyId & 0xFFFF_FFFF)]
    [InlineData(0)]
    public void Reveal_RefusesACodeMovedToAnotherCardKey(long other)
    {
        var value = _protection.Protect(CardKeyId, Code);

        var refused = Assert.Throws<CodeProtectionException>(() => _protection.Reveal(other, value));

        Assert.Equal(ProtectionFailure.NotAuthentic, refused.Failure);
        Assert.Equal(other, refused.CardKeyId);
    }

    [Fact]
    public void Reveal_RefusesPersonalData_AndTheOtherWayRound()
    {
        using var personal = new PersonalDataProtection(_keys);

        // With a zero in front the text would be a code without number, if the domains did not differ.
        Assert.Throws<CodeProtectionException>(() => _protection.Reveal(5, personal.Protect(5, "\0secret")));
        Assert.Throws<Core.Orders.PersonalDataProtectionException>(() => personal.Reveal(5, _protection.Protect(5, Code)));
    }

    [Fact]
    public void Reveal_OpensOldKeys_AndSaysWhichKeyIsNotLoaded()
    {
        var added = SecretKey.Create();
        using var both = new CodeProtection(WithEncryption(active: 2, (1, _keys.Encryption[1]), (2, added)));
        using var onlyNew = new CodeProtection(WithEncryption(active: 2, (2, added)));

        var old = _protection.Protect(1, Code);
        Assert.Equal(Code, both.Reveal(1, old));
        Assert.Equal(2, both.Protect(1, Code)[1]);

        var refused = Assert.Throws<CodeProtectionException>(() => onlyNew.Reveal(1, old));
        Assert.Equal(ProtectionFailure.UnknownKey, refused.Failure);
        Assert.Contains("encryption key 1,", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Exceptions_HoldNoContent()
    {
        var value = _protection.Protect(CardKeyId, Code);
        var shortened = value[..^1];
        Exception[] thrown =
        [
            Assert.Throws<CodeProtectionException>(() => _protection.Reveal(1, value)),
            Assert.Throws<CodeProtectionException>(() => _protection.Reveal(CardKeyId, shortened)),
            Assert.Throws<MalformedTextException>(() => _protection.Protect(1, new CodeText(Code.Number, Code.Secret + "\uD800"))),
            Assert.Throws<MalformedTextException>(() => _protection.Protect(1, new CodeText(Code.Number + "\uDC00", Code.Secret))),
            Assert.Throws<MalformedTextException>(() => _protection.Fingerprint(new CodeText(Code.Number, Code.Secret + "\uD800"), new byte[16])),
            Assert.Throws<MalformedTextException>(() => _protection.NumberHash(Code.Number + "\uD800", new byte[16])),
        ];

        Assert.All(thrown, exception => SecurityTexts.AssertHoldsNone(exception.ToString(), Code.Number!, Code.Secret, "QXJZV", "VJQXW"));
    }

    /// <summary>An AesGcm or a hash shared by two threads mixes their messages; this shows it within a second.</summary>
    [Fact]
    public void EveryOperation_IsSafeInManyThreads()
    {
        using var seal = new CustodySeal(_keys);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            var code = new CodeText($"number {thread}", $"secret {thread}");
            var (expected, mac) = (new byte[16], new byte[32]);
            var (fingerprint, again) = (new byte[16], new byte[32]);
            _protection.Fingerprint(code, expected);
            seal.Seal(expected, mac);

            for (var i = 0; i < 3_000; i++)
            {
                Assert.Equal(code, _protection.Reveal(thread, _protection.Protect(thread, code)));
                _protection.Fingerprint(code, fingerprint);
                seal.Seal(fingerprint, again);
                Assert.Equal(expected, fingerprint);
                Assert.Equal(mac, again);
            }
        });
    }

    private KeyRing WithEncryption(byte active, params (byte Id, SecretKey Key)[] keys) =>
        new(keys.ToDictionary(key => key.Id, key => key.Key), active, _keys.Fingerprint, _keys.LookUp, _keys.Custody);
}

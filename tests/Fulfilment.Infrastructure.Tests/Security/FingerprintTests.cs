using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core.CardKeys;
using Fulfilment.Infrastructure.Security;

namespace Fulfilment.Infrastructure.Tests.Security;

public sealed class FingerprintTests : IDisposable
{
    private readonly KeyRing _keys = KeyRing.Create();
    private readonly CodeProtection _protection;

    public FingerprintTests() => _protection = new CodeProtection(_keys);

    public void Dispose() => _protection.Dispose();

    [Theory]
    [InlineData("AB-12 34", "AB1234")]
    [InlineData("ＡＢ１２３４", "AB1234")]
    [InlineData("１２３－４", "1234")]
    [InlineData("AB12\u200B34", "AB\u00A01234")]
    [InlineData("卡密—1", "卡密1")]
    public void SameCode_WrittenDifferently_HasOneFingerprint(string one, string other)
    {
        Assert.Equal(Of(null, one), Of(null, other));
        Assert.Equal(Of(one, "S"), Of(other, "S"));
        Assert.Equal(HashOf(one), HashOf(other));
    }

    [Theory]
    [InlineData(null, "ABC", null, "abc")]
    [InlineData("1", "23", "12", "3")]
    [InlineData("1", "1", null, "11")]
    [InlineData("1", "2", "2", "1")]
    [InlineData(null, "O0", null, "00")]
    public void DifferentCodes_HaveDifferentFingerprints(string? number, string secret, string? otherNumber, string otherSecret) =>
        Assert.NotEqual(Of(number, secret), Of(otherNumber, otherSecret));

    [Theory]
    [InlineData("")]
    [InlineData(" - ")]
    public void EmptyNumber_IsNoNumber(string number)
    {
        Assert.Equal(Of(null, "A"), Of(number, "A"));
        Assert.Null(HashOf(number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("- -")]
    [InlineData("\u3000")]
    public void Fingerprint_RefusesACodeWithoutSecret(string secret) =>
        Assert.Throws<ArgumentException>(() => Of("1", secret));

    [Fact]
    public void Fingerprint_IsTheDocumentedOne()
    {
        var message = new byte[4 + 3 + 4 + 5];
        BinaryPrimitives.WriteInt32BigEndian(message, 3);
        Encoding.UTF8.GetBytes("123", message.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(7), 5);
        Encoding.UTF8.GetBytes("aB密", message.AsSpan(11));

        var expected = HMACSHA256.HashData(_keys.Fingerprint.Bytes, message)[..16];

        Assert.Equal(Convert.ToHexString(expected), Of("1-2 3", "a—B密"));
    }

    /// <summary>Two codes are equal exactly when their normal forms are, however they get there and however long they are.</summary>
    [Fact]
    public void Fingerprint_FollowsTheNormalForm() =>
        Prop.ForAll(SecurityTexts.Codes().Where(code => code.Problem == CodeTextProblem.None).ToArbitrary(), code =>
        {
            var number = CodeNormalisation.Normalise(code.Number ?? "");
            var secret = CodeNormalisation.Normalise(code.Secret);
            return Of(code.Number, code.Secret) == Of(number, secret)
                && Of(code.Number, code.Secret) != Of(number, secret + "1")
                && Of(code.Number, code.Secret) != Of(number + "1", secret)
                && HashOf(code.Number) == HashOf(number);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void OtherKeys_GiveOtherHashes()
    {
        using var other = new CodeProtection(KeyRing.Create());
        var (ours, theirs) = (new byte[16], new byte[16]);

        _protection.Fingerprint(new CodeText("1", "2"), ours);
        other.Fingerprint(new CodeText("1", "2"), theirs);
        Assert.NotEqual(ours, theirs);

        Assert.True(_protection.NumberHash("1", ours));
        Assert.True(other.NumberHash("1", theirs));
        Assert.NotEqual(ours, theirs);
    }

    [Fact]
    public void NumberHash_DiffersFromTheHashOfAnEqualRecipient()
    {
        using var personal = new PersonalDataProtection(_keys);
        var recipient = new byte[16];
        personal.LookupHash("13800000000", recipient);

        Assert.NotEqual(Convert.ToHexString(recipient), HashOf("13800000000"));
    }

    [Fact]
    public void Destination_HasToBeOfTheDocumentedSize()
    {
        Assert.Throws<ArgumentException>(() => _protection.Fingerprint(new CodeText(null, "1"), new byte[15]));
        Assert.Throws<ArgumentException>(() => _protection.NumberHash("1", new byte[32]));
    }

    private string Of(string? number, string secret)
    {
        var fingerprint = new byte[ICodeProtection.HashSize];
        _protection.Fingerprint(new CodeText(number, secret), fingerprint);
        return Convert.ToHexString(fingerprint);
    }

    private string? HashOf(string? number)
    {
        var hash = new byte[ICodeProtection.HashSize];
        return _protection.NumberHash(number, hash) ? Convert.ToHexString(hash) : null;
    }
}

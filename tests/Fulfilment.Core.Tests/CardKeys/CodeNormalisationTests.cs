using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Tests.CardKeys;

public sealed class CodeNormalisationTests
{
    [Theory]
    [InlineData("AB-12 34", "AB1234")]
    [InlineData("\tAB12\r\n", "AB12")]
    [InlineData("ＡＢ－１２　３４", "AB1234")]
    [InlineData("12\u00A034\u2009\u202F5", "12345")]
    [InlineData("12\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uFE63\uFF0D34", "1234")]
    [InlineData("\uFEFF12\u200B\u200D\u00AD\u2060\u202A34", "1234")]
    [InlineData("①②", "12")]
    [InlineData("卡密—001", "卡密001")]
    [InlineData("aBc", "aBc")]
    [InlineData("12_34~5", "12_34~5")]
    [InlineData("😀-1", "😀1")]
    [InlineData("", "")]
    public void Normalise_GivesTheOneForm(string text, string expected) =>
        Assert.Equal(expected, CodeNormalisation.Normalise(text));

    [Fact]
    public void Normalise_ComposesWhatAHyphenKeptApart() =>
        Assert.Equal("\u00E9", CodeNormalisation.Normalise("e-\u0301"));

    // Not in attributes: those are stored as UTF-8, in which half a pair has become a replacement character.
    [Fact]
    public void Normalise_RefusesHalfASurrogatePair_WithoutQuotingTheText()
    {
        foreach (var text in new[] { "A\uD83D", "\uDE00A", "\uDE00\uD83D" })
        {
            var refused = Assert.Throws<MalformedTextException>(() => CodeNormalisation.Normalise(text));
            Assert.DoesNotContain(text, refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Normalise_ChangesNothingTheSecondTime() =>
        Prop.ForAll(CodeLikeTexts().ToArbitrary(), text =>
        {
            var once = CodeNormalisation.Normalise(text);
            return CodeNormalisation.Normalise(once) == once;
        }).QuickCheckThrowOnFailure();

    /// <summary>The two ways of normalising must never disagree: a code's fingerprint would depend on which was taken.</summary>
    [Fact]
    public void TryWriteAscii_AgreesWithNormalise() =>
        Prop.ForAll(CodeLikeTexts().ToArbitrary(), text =>
        {
            var destination = new byte[text.Length];
            var isAscii = CodeNormalisation.TryWriteAscii(text, destination, out var written);
            return isAscii == Ascii.IsValid(text)
                && (!isAscii || Encoding.ASCII.GetString(destination, 0, written) == CodeNormalisation.Normalise(text));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void TryWriteAscii_AgreesWithNormalise_OnEveryAsciiCharacter()
    {
        for (var character = '\0'; character < 128; character++)
        {
            var text = $"a{character}b";
            var destination = new byte[3];
            Assert.True(CodeNormalisation.TryWriteAscii(text, destination, out var written));
            Assert.Equal(CodeNormalisation.Normalise(text), Encoding.ASCII.GetString(destination, 0, written));
        }
    }

    [Fact]
    public void RequireUnicodeData_PassesWhereTestsRun() => CodeNormalisation.RequireUnicodeData();

    private static Gen<string> CodeLikeTexts() =>
        Gen.Elements("A", "z", "7", "-", " ", "\t", "\u3000", "－", "９", "é", "e\u0301", "-\u0301", "\u00AD", "\u200B", "ﷺ", "卡", "😀", "½", "\uFFFD", "\0")
            .ListOf().Select(parts => string.Concat(parts));
}

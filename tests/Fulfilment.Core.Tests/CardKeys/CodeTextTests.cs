using Fulfilment.Core.CardKeys;

namespace Fulfilment.Core.Tests.CardKeys;

public sealed class CodeTextTests
{
    [Theory]
    [InlineData(null, "AB12", CodeTextProblem.None)]
    [InlineData("", "AB12", CodeTextProblem.None)]
    [InlineData("-", "(AB12)", CodeTextProblem.None)]
    [InlineData("1", null, CodeTextProblem.SecretMissing)]
    [InlineData("1", "", CodeTextProblem.SecretMissing)]
    [InlineData("1", " - ", CodeTextProblem.SecretMissing)]
    [InlineData("1", "\u3000—", CodeTextProblem.SecretMissing)]
    public void Problem_SaysWhyARowIsNoCode(string? number, string? secret, CodeTextProblem expected) =>
        Assert.Equal(expected, new CodeText(number, secret!).Problem);

    // Not in attributes: those are stored as UTF-8, in which half a pair has become a replacement character.
    [Fact]
    public void Problem_OfHalfASurrogatePair_IsMalformed()
    {
        Assert.Equal(CodeTextProblem.Malformed, new CodeText("1", "A\uD800").Problem);
        Assert.Equal(CodeTextProblem.Malformed, new CodeText("\uDC00", "A").Problem);
    }

    [Fact]
    public void Problem_OfDefault_IsSecretMissing() => Assert.Equal(CodeTextProblem.SecretMissing, default(CodeText).Problem);

    [Fact]
    public void Printing_ShowsNoContent()
    {
        var code = new CodeText("number-1", "secret-1");

        Assert.Equal("CodeText", code.ToString());
        Assert.Equal("CodeText", $"{code}");
        Assert.DoesNotContain("-1", $"{new { code }}", StringComparison.Ordinal);
    }

    [Fact]
    public void WellFormed_AcceptsPairsAndRefusesHalves()
    {
        Assert.True(WellFormedText.Is("a😀b😀"));
        Assert.True(WellFormedText.Is(""));
        Assert.False(WellFormedText.Is("a😀\uD83D"));
        Assert.False(WellFormedText.Is("😀\uDE00b"));
    }
}

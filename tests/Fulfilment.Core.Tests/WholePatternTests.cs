using FsCheck;
using FsCheck.Fluent;

namespace Fulfilment.Core.Tests;

public sealed class WholePatternTests
{
    [Theory]
    [InlineData("1[0-9]{10}", "13800000000", true)]
    [InlineData("1[0-9]{10}", "138000000001", false)]
    [InlineData("1[0-9]{10}", "x13800000000", false)]
    [InlineData("a|b", "ab", false)]
    [InlineData("a|b", "b", true)]
    [InlineData("a", "a\n", false)]
    public void Pattern_MatchesTheWholeText(string pattern, string text, bool matches)
    {
        Assert.True(WholePattern.TryCompile(pattern, out var regex));
        Assert.Equal(matches, regex.IsMatch(text));
    }

    [Fact]
    public void AnyText_IsCompiledOrRefused_AndNeverThrows() => Prop.ForAll(
        Gen.Elements("a", "(", ")", "[", "]", "{1,9}", "*", "+", "?", "|", "\\", "\\1", "(?=", "(?>", "(?x)", "#", "^", "$", "\\b", "\\p{L}", "卡").ListOf()
            .Select(parts => string.Concat(parts)).ToArbitrary(),
        pattern => WholePattern.TryCompile(pattern, out var regex) == (regex is not null)).QuickCheckThrowOnFailure();
}

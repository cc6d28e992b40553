using FsCheck;
using FsCheck.Fluent;

namespace Fulfilment.Core.Tests;

public sealed class CodeTests
{
    [Theory]
    [InlineData("A", true)]
    [InlineData("VIDEO-VIP-1M.x_9", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("...", true)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("卡", false)]
    [InlineData("a\n", false)]
    public void Code_HasItsLetters(string text, bool valid) => Assert.Equal(valid, Code.IsValid(text));

    [Fact]
    public void Code_StandsInAnAddressAsItIs() => Prop.ForAll(
        Gen.Elements("AZaz09._-%/ ?#é\\:".ToCharArray()).ListOf().Select(letters => string.Concat(letters)).ToArbitrary(),
        text => !Code.IsValid(text) || (Uri.EscapeDataString(text) == text && new Uri($"http://host/{text}").AbsolutePath == $"/{text}" && text.Length <= 64))
        .QuickCheckThrowOnFailure();
}

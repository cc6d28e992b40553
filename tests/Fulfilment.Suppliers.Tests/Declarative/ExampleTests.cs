using Fulfilment.Suppliers.Declarative.Reading;

namespace Fulfilment.Suppliers.Tests.Declarative;

public sealed class ExampleTests
{
    [Fact]
    public void EveryFileInTheFolder_IsAnExample() =>
        Assert.Equal(Examples.All.Order(), Directory.EnumerateFiles(Examples.Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order());

    [Theory]
    [InlineData(Examples.Yunqi, "")]
    [InlineData(Examples.Xinghe, "query: Orders are asked for by the supplier's number alone: one whose answer was lost has none and waits for the callback or a person.")]
    [InlineData(Examples.Fengling, "")]
    public void Examples_HaveNoMistakes_AndTheirWarningsAreKnown(string name, string warnings)
    {
        var read = DefinitionReader.Read(Examples.Bytes(name));

        Assert.Equal(warnings, string.Join('\n', read.Mistakes.Select(mistake => $"{mistake.Path}: {mistake.Wrong}")));
        Assert.NotNull(read.Definition);
    }
}

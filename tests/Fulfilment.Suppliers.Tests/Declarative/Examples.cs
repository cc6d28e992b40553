using System.Text;
using Fulfilment.Suppliers.Declarative.Model;
using Fulfilment.Suppliers.Declarative.Reading;

namespace Fulfilment.Suppliers.Tests.Declarative;

/// <summary>The definitions in docs/suppliers.</summary>
internal static class Examples
{
    public const string Yunqi = "yunqi-topup", Xinghe = "xinghe-cards", Fengling = "fengling-open";

    public static readonly IReadOnlyList<string> All = [Yunqi, Xinghe, Fengling];

    public static string Folder { get; } = Find();

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".json"));

    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name));

    public static SupplierDefinition Read(string name) => DefinitionReader.Read(Bytes(name)).Definition!;

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Fulfilment.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return Path.Combine(folder, "docs", "suppliers");
    }
}

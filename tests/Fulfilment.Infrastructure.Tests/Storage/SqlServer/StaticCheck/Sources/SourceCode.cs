using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>The engine's sources, compiled in memory: what each name in them means.</summary>
internal sealed class SourceCode
{
    // As ImplicitUsings has them.
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileNameWithoutExtension(file) is not ("Fulfilment.Infrastructure" or "Fulfilment.Infrastructure.Tests"))
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    private readonly string _root;
    private readonly Dictionary<SyntaxTree, SemanticModel> _models = [];
    private readonly ILookup<string, SyntaxNode> _calls;

    private SourceCode(string root, IEnumerable<SyntaxTree> trees)
    {
        _root = root;
        // Under its own name, so that it may see what Fulfilment.Core shows to it alone.
        Compilation = CSharpCompilation.Create("Fulfilment.Infrastructure", trees, s_references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        _calls = Compilation.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes())
            .Where(node => node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or PrimaryConstructorBaseTypeSyntax).ToLookup(NameOf);
    }

    public CSharpCompilation Compilation { get; }

    /// <summary>The folder of the repository.</summary>
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Fulfilment.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Fulfilment.sln is in no folder above the tests.");
        }

        return folder;
    }

    /// <summary>All of Fulfilment.Infrastructure, and what in Fulfilment.Host uses Dapper or a command.</summary>
    public static SourceCode Read()
    {
        var folder = Root();
        var files = Files(folder, "src/Fulfilment.Infrastructure").Concat(Files(folder, "src/Fulfilment.Host").Where(file => SendsCommands(File.ReadAllText(file))));
        return new SourceCode(folder, [.. files.Select(file => Parse(File.ReadAllText(file), file)), Parse(Usings, "Usings.cs")]);
    }

    /// <summary>A piece of source for the tests of the collector itself.</summary>
    public static SourceCode Of(string source) => new("", [Parse(source, "Planted.cs"), Parse(Usings, "Usings.cs")]);

    public SemanticModel Model(SyntaxNode node)
    {
        if (!_models.TryGetValue(node.SyntaxTree, out var model))
        {
            _models.Add(node.SyntaxTree, model = Compilation.GetSemanticModel(node.SyntaxTree));
        }

        return model;
    }

    public ISymbol? Symbol(SyntaxNode node) => Model(node).GetSymbolInfo(node).Symbol is { } symbol ? symbol.OriginalDefinition : null;

    /// <summary>File, from the root of the repository, and line.</summary>
    public string Place(SyntaxNode node) => $"{RelativePath(node.SyntaxTree)}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    public string RelativePath(SyntaxTree tree) => _root.Length == 0 ? tree.FilePath : Path.GetRelativePath(_root, tree.FilePath).Replace('\\', '/');

    /// <summary>What declares a symbol in these sources; null: it is from elsewhere.</summary>
    public static SyntaxNode? Declaration(ISymbol symbol) => symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax();

    /// <summary>Every place that calls a method, itself or through its interface, or makes an object with a constructor; and what it gives for each parameter.</summary>
    public IEnumerable<(IMethodSymbol Method, Dictionary<ISymbol, ExpressionSyntax> Arguments)> CallsOf(IMethodSymbol method)
    {
        foreach (var call in _calls[method.MethodKind == MethodKind.Constructor ? "new" : method.Name])
        {
            if (Model(call).GetSymbolInfo(call).Symbol is IMethodSymbol called && (Is(called.OriginalDefinition, method)
                || (called.ContainingType.TypeKind == TypeKind.Interface && Is(method.ContainingType.FindImplementationForInterfaceMember(called), method))))
            {
                var given = new Dictionary<ISymbol, ExpressionSyntax>(SymbolEqualityComparer.Default);
                foreach (var (parameter, argument) in Arguments(call, called))
                {
                    given.Add(method.Parameters[((IParameterSymbol)parameter).Ordinal], argument);
                }

                yield return (called, given);
            }
        }
    }

    /// <summary>What a call gives for each parameter; those left out are not in it.</summary>
    public static Dictionary<ISymbol, ExpressionSyntax> Arguments(SyntaxNode call, IMethodSymbol called)
    {
        var arguments = call switch
        {
            InvocationExpressionSyntax invocation => invocation.ArgumentList.Arguments,
            BaseObjectCreationExpressionSyntax { ArgumentList: { } list } => list.Arguments,
            PrimaryConstructorBaseTypeSyntax @base => @base.ArgumentList.Arguments,
            _ => default,
        };
        var given = new Dictionary<ISymbol, ExpressionSyntax>(SymbolEqualityComparer.Default);
        for (var i = 0; i < arguments.Count; i++)
        {
            var parameter = arguments[i].NameColon is { Name.Identifier.Text: var name }
                ? called.Parameters.FirstOrDefault(parameter => parameter.Name == name)
                : called.Parameters.ElementAtOrDefault(i);
            if (parameter is not null)
            {
                given.TryAdd(parameter.OriginalDefinition, arguments[i].Expression);
            }
        }

        return given;
    }

    private static bool Is(ISymbol? one, ISymbol other) => SymbolEqualityComparer.Default.Equals(one, other);

    private static string NameOf(SyntaxNode call) => call is not InvocationExpressionSyntax { Expression: var called } ? "new" : called switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        SimpleNameSyntax name => name.Identifier.Text,
        MemberBindingExpressionSyntax member => member.Name.Identifier.Text,
        _ => "",
    };

    private static IEnumerable<string> Files(string root, string folder) => Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Replace('\\', '/').Contains("/obj/", StringComparison.Ordinal) && !file.Replace('\\', '/').Contains("/bin/", StringComparison.Ordinal));

    private static bool SendsCommands(string source) => source.Contains("using Dapper", StringComparison.Ordinal) || source.Contains("CommandText", StringComparison.Ordinal);

    private static SyntaxTree Parse(string source, string file) => CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Latest), file);
}

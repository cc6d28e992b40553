using System.Text.RegularExpressions;
using Fulfilment.Infrastructure.Storage;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>
/// Finds every place that sends a text to a database, from Dapper or a command, and every text that it may send. From the other side it looks at every
/// literal that reads like SQL: one that belongs to no text so found would go unchecked.
/// </summary>
internal sealed partial class Collector(SourceCode sources, SqlDialect dialect, IReadOnlyDictionary<string, string[]> given, Func<string, bool> isOurs)
{
    private const int DeepestCall = 8;

    private static readonly string[] Narrow = ["GetInt32", "GetInt16", "GetByte", "GetBoolean", "GetFieldValue<int>", "GetFieldValue<bool>"];

    private readonly Texts _texts = new(sources, dialect, given);
    private readonly List<Statement> _statements = [];
    private readonly List<string> _problems = [];

    public Collection Collect()
    {
        var nodes = sources.Compilation.SyntaxTrees.Where(tree => isOurs(sources.RelativePath(tree))).SelectMany(tree => tree.GetRoot().DescendantNodes()).ToList();
        var calls = nodes.Select(Call).OfType<SentText>().ToList();
        foreach (var call in calls)
        {
            Follow(call, []);
        }

        var unseen = nodes.Where(node => node is InterpolatedStringExpressionSyntax or LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression })
            .Where(node => !_texts.Seen.Contains(node) && !node.Ancestors().Any(outer => outer is ThrowStatementSyntax or ThrowExpressionSyntax) && ReadsLikeSql().IsMatch(node.ToString()));
        _problems.AddRange(unseen.Select(node => $"{sources.Place(node)}: a text that reads like SQL, and no call was found that sends it"));
        return new Collection([.. _statements.DistinctBy(statement => (statement.Place, statement.Text, Describe(statement.Parameters)))], [.. _problems.Distinct()], calls.Count);
    }

    /// <summary>Calls on a reader that SqlClient refuses for a BIGINT, which is what every number is stored as.</summary>
    public IEnumerable<string> NarrowReads() => sources.Compilation.SyntaxTrees.Where(tree => isOurs(sources.RelativePath(tree)))
        .SelectMany(tree => tree.GetRoot().DescendantNodes()).OfType<InvocationExpressionSyntax>()
        .Where(call => call.Expression is MemberAccessExpressionSyntax { Name: var name } && Narrow.Contains(name.ToString())
            && sources.Symbol(call) is IMethodSymbol { ContainingType.Name: "DbDataReader" or "SqlDataReader" })
        .Select(call => $"{sources.Place(call)}: {call}");

    private static string Describe(IReadOnlyList<SqlParameterType> parameters) => string.Join(',', parameters.Select(parameter => $"{parameter.Name}:{parameter.Kind}:{parameter.IsList}"));

    private sealed record SentText(SyntaxNode Node, ExpressionSyntax Text, ExpressionSyntax? Parameters, IReadOnlyList<ITypeSymbol> Rows, bool IsCommand, bool IsRead);

    private SentText? Call(SyntaxNode node)
    {
        switch (node)
        {
            case InvocationExpressionSyntax call when call.Expression.ToString() is var name && (name.Contains("Query", StringComparison.Ordinal) || name.Contains("Execute", StringComparison.Ordinal)):
                return sources.Model(call).GetSymbolInfo(call).Symbol is IMethodSymbol { ContainingType.Name: "SqlMapper" } method ? Dapper(call, method) : null;
            case BaseObjectCreationExpressionSyntax creation when sources.Model(creation).GetTypeInfo(creation).Type is { Name: "CommandDefinition" }:
                var arguments = ByName(creation, (IMethodSymbol)sources.Model(creation).GetSymbolInfo(creation).Symbol!);
                var sender = creation.FirstAncestorOrSelf<InvocationExpressionSyntax>(call => call.ArgumentList.Arguments.Any(argument => argument.Expression == creation));
                return new SentText(creation, arguments["commandText"], arguments.GetValueOrDefault("parameters"), sender is null ? [] : Rows(sender), IsCommand: false, sender is not null && IsRead(sender));
            case BaseObjectCreationExpressionSyntax creation when sources.Model(creation).GetTypeInfo(creation).Type is { Name: "SqlCommand" } && creation.ArgumentList is { Arguments: [var text, ..] }:
                return new SentText(creation, text.Expression, null, [], IsCommand: true, IsRead: true);
            case AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name.Identifier.Text: "CommandText" }, Right: var text } assignment:
                return new SentText(assignment, text, null, [], IsCommand: true, IsRead: true);
            case AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.Text: "CommandText" }, Right: var text, Parent: InitializerExpressionSyntax } assignment:
                return new SentText(assignment, text, null, [], IsCommand: true, IsRead: true);
            default:
                return null;
        }
    }

    private SentText? Dapper(InvocationExpressionSyntax call, IMethodSymbol method)
    {
        // The connection stands in front of an extension method, not among its arguments.
        var arguments = ByName(call, method);
        return arguments.TryGetValue("sql", out var text) ? new SentText(call, text, arguments.GetValueOrDefault("param"), Rows(call), IsCommand: false, IsRead(call)) : null;
    }

    private static Dictionary<string, ExpressionSyntax> ByName(SyntaxNode call, IMethodSymbol method)
    {
        var list = call switch
        {
            InvocationExpressionSyntax invocation => invocation.ArgumentList.Arguments,
            BaseObjectCreationExpressionSyntax { ArgumentList: { } some } => some.Arguments,
            _ => default,
        };
        return list.Select((argument, i) => (Name: argument.NameColon?.Name.Identifier.Text ?? method.Parameters[i].Name, argument.Expression))
            .ToDictionary(argument => argument.Name, argument => argument.Expression, StringComparer.Ordinal);
    }

    private IReadOnlyList<ITypeSymbol> Rows(InvocationExpressionSyntax call) => sources.Model(call).GetSymbolInfo(call).Symbol switch
    {
        // Its results are read one after the other by the same member.
        IMethodSymbol { Name: "QueryMultiple" or "QueryMultipleAsync" } =>
        [
            .. call.Ancestors().OfType<MemberDeclarationSyntax>().First().DescendantNodes().OfType<InvocationExpressionSyntax>()
                .Select(read => sources.Model(read).GetSymbolInfo(read).Symbol).OfType<IMethodSymbol>().Where(read => read.ContainingType.Name == "GridReader" && read.TypeArguments.Length == 1)
                .Select(read => read.TypeArguments[0]),
        ],
        IMethodSymbol { TypeArguments: [var row], Name: var name } when name.StartsWith("Query", StringComparison.Ordinal) => [row],
        _ => [],
    };

    private static bool IsRead(InvocationExpressionSyntax call) => call.Expression.ToString().Contains("ExecuteReader", StringComparison.Ordinal);

    // Reads the text where it is sent; where that depends on who calls, once for each caller, and theirs.
    private void Follow(SentText sent, IReadOnlyList<(Dictionary<ISymbol, ExpressionSyntax> Arguments, IMethodSymbol Method)> callers)
    {
        var frame = new Frame();
        foreach (var (arguments, called) in callers.Reverse())
        {
            frame = frame.Call(called, arguments);
        }

        try
        {
            var parameters = new ParameterTypes(sources, _texts);
            var supplied = sent.IsCommand ? parameters.OfCommand(sent.Node, frame) : parameters.Of(sent.Parameters, frame);
            var rows = sent.Rows.Select(frame.TypeOf).ToList();
            var texts = _texts.Of(sent.Text, frame);
            if (texts.Count == 0)
            {
                _problems.Add($"{sources.Place(sent.Node)}: its text is never anything but null");
            }

            _statements.AddRange(texts.Select(text => new Statement(sources.Place(sent.Node), text.Value, supplied, rows, sent.IsRead)));
        }
        catch (NeedsCallersException needs) when (callers.Count < DeepestCall)
        {
            var calls = sources.CallsOf(needs.Method.OriginalDefinition).ToList();
            if (calls.Count == 0)
            {
                _problems.Add($"{sources.Place(sent.Node)}: its text is given to {needs.Method.ContainingType.Name}.{needs.Method.Name}, which nobody calls directly");
            }

            foreach (var (method, arguments) in calls)
            {
                Follow(sent, [.. callers, (arguments, method)]);
            }
        }
        catch (NeedsCallersException needs)
        {
            _problems.Add($"{sources.Place(sent.Node)}: {needs.Message} They are too many calls away");
        }
        catch (UnresolvedException unresolved)
        {
            _problems.Add($"{sources.Place(sent.Node)}: {unresolved.Message} ({sources.Place(unresolved.Node)})");
        }
    }

    [GeneratedRegex("""^[$@]*"+\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|DECLARE|IF|SET|BEGIN|EXEC|MERGE|CREATE|ALTER|DROP|TRUNCATE|COMMIT|ROLLBACK)\s""")]
    private static partial Regex ReadsLikeSql();
}

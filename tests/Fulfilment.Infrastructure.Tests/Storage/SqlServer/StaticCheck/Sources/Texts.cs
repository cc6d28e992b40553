using System.Collections.Immutable;
using System.Globalization;
using Fulfilment.Infrastructure.Storage;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>
/// Every text that a string expression can be, without running it. Each branch of a condition makes one; conditions that read the same in one call go the
/// same way. A number in a text may be any number: 1 stands for all.
/// </summary>
internal sealed class Texts(SourceCode sources, SqlDialect dialect, IReadOnlyDictionary<string, string[]> given)
{
    private const int Most = 4096;

    private readonly HashSet<SyntaxNode> _active = [];

    /// <summary>Literals that some text was made of.</summary>
    public HashSet<SyntaxNode> Seen { get; } = [];

    internal sealed record Text(string Value, ImmutableDictionary<string, int> Choices)
    {
        public static Text Plain(string value) => new(value, ImmutableDictionary<string, int>.Empty);

        /// <summary>Null: the two cannot be together.</summary>
        public Text? Join(Text next)
        {
            var choices = Choices;
            foreach (var (condition, branch) in next.Choices)
            {
                if (choices.TryGetValue(condition, out var other) && other != branch)
                {
                    return null;
                }

                choices = choices.SetItem(condition, branch);
            }

            return new Text(Value + next.Value, choices);
        }
    }

    public IReadOnlyList<Text> Of(ExpressionSyntax expression, Frame frame)
    {
        if (expression.IsKind(SyntaxKind.NullLiteralExpression))
        {
            return [];
        }

        if (sources.Model(expression).GetConstantValue(expression) is { HasValue: true, Value: { } constant } && sources.Model(expression).GetTypeInfo(expression).Type?.TypeKind != TypeKind.Enum)
        {
            Mark(expression);
            return [Text.Plain(Convert.ToString(constant, CultureInfo.InvariantCulture)!)];
        }

        return expression switch
        {
            ParenthesizedExpressionSyntax inner => Of(inner.Expression, frame),
            PostfixUnaryExpressionSyntax inner => Of(inner.Operand, frame),
            InterpolatedStringExpressionSyntax text => Interpolated(text, frame),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum when IsString(sum) => Product([Of(sum.Left, frame), Of(sum.Right, frame)], sum),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } either => [.. Of(either.Left, frame), .. Of(either.Right, frame)],
            ConditionalExpressionSyntax choice => Branches(choice.Condition, [choice.WhenTrue, choice.WhenFalse], frame, branch => Of(branch, frame)),
            SwitchExpressionSyntax choice => Branches(choice.GoverningExpression, [.. choice.Arms.Select(arm => arm.Expression)], frame, branch => Of(branch, frame)),
            ThrowExpressionSyntax => [],
            InvocationExpressionSyntax call => new TextCalls(sources, dialect, this).Of(call, frame),
            ElementAccessExpressionSyntax element => Loaded(element, element.Expression),
            IdentifierNameSyntax or MemberAccessExpressionSyntax => Named(expression, frame),
            _ => Number(expression),
        };
    }

    public IReadOnlyList<Text> Product(IEnumerable<IReadOnlyList<Text>> parts, SyntaxNode at)
    {
        IReadOnlyList<Text> all = [Text.Plain("")];
        foreach (var part in parts)
        {
            all = [.. all.SelectMany(text => part.Select(text.Join)).OfType<Text>().Distinct()];
            if (all.Count > Most)
            {
                throw new UnresolvedException(at, $"more than {Most} texts");
            }
        }

        return all;
    }

    /// <summary>What a method answers, read where it is called.</summary>
    public IReadOnlyList<Text> Returned(SyntaxNode declaration, Frame frame)
    {
        if (!_active.Add(declaration))
        {
            throw new UnresolvedException(declaration, "a method that calls itself");
        }

        var expressions = declaration switch
        {
            MethodDeclarationSyntax { ExpressionBody: { } body } => [body.Expression],
            LocalFunctionStatementSyntax { ExpressionBody: { } body } => [body.Expression],
            AnonymousFunctionExpressionSyntax { ExpressionBody: { } body } => [body],
            PropertyDeclarationSyntax { ExpressionBody: { } body } => [body.Expression],
            _ => declaration.DescendantNodes(node => node == declaration || node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
                .OfType<ReturnStatementSyntax>().Select(statement => statement.Expression!).ToArray(),
        };
        try
        {
            return [.. expressions.SelectMany(expression => Of(expression, frame))];
        }
        finally
        {
            _active.Remove(declaration);
        }
    }

    /// <summary>The texts that somebody wrote down for a member, because they cannot be told from here.</summary>
    public IReadOnlyList<Text>? Given(ISymbol symbol)
    {
        var found = given.GetValueOrDefault($"{symbol.ContainingType?.Name}.{symbol.Name}");
        if (found is not null && SourceCode.Declaration(symbol) is { } declaration)
        {
            Mark(declaration);
        }

        return found is null ? null : [.. found.Select(Text.Plain)];
    }

    public IReadOnlyList<Text> Number(ExpressionSyntax expression)
    {
        var type = sources.Model(expression).GetTypeInfo(expression).Type;
        return type is { SpecialType: SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_Byte or SpecialType.System_Int16 }
            ? [Text.Plain("1")]
            : throw new UnresolvedException(expression, $"'{expression}' cannot be told from the sources");
    }

    /// <summary>Notes every literal that goes into an expression, through the names of what it is made of.</summary>
    public void Mark(SyntaxNode node)
    {
        foreach (var part in node.DescendantNodesAndSelf())
        {
            if (part is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax)
            {
                Seen.Add(part);
            }
            else if (part is IdentifierNameSyntax && sources.Symbol(part) is { IsStatic: true } symbol and (IFieldSymbol or IPropertySymbol or IMethodSymbol)
                && SourceCode.Declaration(symbol) is { } declaration && Seen.Add(declaration))
            {
                Mark(declaration);
            }
        }
    }

    /// <summary>Notes the literals of what the dialect writes there.</summary>
    public void MarkDialect(ISymbol member)
    {
        foreach (var written in sources.Compilation.GetTypeByMetadataName(dialect.GetType().FullName!)?.GetMembers(member.Name) ?? [])
        {
            Mark(SourceCode.Declaration(written)!);
        }
    }

    public IReadOnlyList<Text> Loaded(ExpressionSyntax expression, ExpressionSyntax member)
    {
        if (sources.Symbol(member) is { } symbol && SourceCode.Declaration(symbol) is { } declaration && LoadedValues.Strings(symbol) is { } texts)
        {
            Mark(declaration);
            return [.. texts.Select(Text.Plain)];
        }

        throw new UnresolvedException(expression, $"'{expression}' cannot be told from the sources");
    }

    public static bool IsDialect(ITypeSymbol? type) => type is not null && (type.Name == nameof(SqlDialect) || IsDialect(type.BaseType));

    private bool IsString(ExpressionSyntax expression) => sources.Model(expression).GetTypeInfo(expression).Type?.SpecialType == SpecialType.System_String;

    private IReadOnlyList<Text> Interpolated(InterpolatedStringExpressionSyntax text, Frame frame)
    {
        Mark(text);
        return Product(text.Contents.Select(part => part is InterpolationSyntax hole ? Of(hole.Expression, frame) : [Text.Plain(((InterpolatedStringTextSyntax)part).TextToken.ValueText)]), text);
    }

    private static IReadOnlyList<Text> Branches(ExpressionSyntax condition, IReadOnlyList<ExpressionSyntax> branches, Frame frame, Func<ExpressionSyntax, IReadOnlyList<Text>> read)
    {
        var key = $"{frame.Id}: {condition}";
        return [.. branches.SelectMany((branch, i) => branch is ThrowExpressionSyntax ? [] : read(branch).Select(text => text with { Choices = text.Choices.SetItem(key, i) }))];
    }

    private IReadOnlyList<Text> Named(ExpressionSyntax expression, Frame frame)
    {
        var symbol = sources.Symbol(expression) ?? throw new UnresolvedException(expression, $"'{expression}' means nothing here");
        if (Given(symbol) is { } texts)
        {
            return texts;
        }

        if (frame.Find(symbol) is { } argument)
        {
            return Of(argument.Expression, argument.Frame);
        }

        switch (symbol)
        {
            case ILocalSymbol local:
                return Local(expression, local, frame);
            case IParameterSymbol { Type.SpecialType: SpecialType.System_String, ContainingSymbol: IMethodSymbol { MethodKind: not MethodKind.AnonymousFunction } method } parameter:
                return parameter.HasExplicitDefaultValue && frame.Caller is not null && frame.Given.Keys.Any(key => SymbolEqualityComparer.Default.Equals(key.ContainingSymbol, method))
                    ? [Text.Plain(parameter.ExplicitDefaultValue as string ?? "")]
                    : throw new NeedsCallersException(method);
            case IPropertySymbol property when IsDialect(property.ContainingType):
                MarkDialect(property);
                return LoadedValues.OfDialect(dialect, property, []) is { } written ? [Text.Plain(written)] : throw new UnresolvedException(expression, $"the dialect has no {property.Name}");
            case IFieldSymbol { IsStatic: true } or IPropertySymbol { IsStatic: true }:
                return Loaded(expression, expression);
            case IPropertySymbol property when LoadedValues.OfKnownInstances(property) is { } known:
                Mark(SourceCode.Declaration(property.ContainingType)!);
                return [.. known.Select(Text.Plain)];
            case IPropertySymbol property when SourceCode.Declaration(property) is PropertyDeclarationSyntax { ExpressionBody: not null } declaration:
                return Returned(declaration, frame);
            case IFieldSymbol field when SourceCode.Declaration(field) is VariableDeclaratorSyntax { Initializer.Value: { } value }:
                return Of(value, frame);
            default:
                return Number(expression);
        }
    }

    private IReadOnlyList<Text> Local(ExpressionSyntax expression, ILocalSymbol local, Frame frame)
    {
        var member = expression.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().First();
        var written = member.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Where(assignment => assignment.Left is IdentifierNameSyntax && SymbolEqualityComparer.Default.Equals(sources.Symbol(assignment.Left), local)).ToList();
        if (written.Exists(assignment => !assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)) || local.Type.SpecialType != SpecialType.System_String)
        {
            return Number(expression);
        }

        var values = written.Select(assignment => assignment.Right);
        return SourceCode.Declaration(local) switch
        {
            VariableDeclaratorSyntax { Initializer.Value: { } first } => [.. values.Prepend(first).SelectMany(value => Of(value, frame))],
            VariableDeclaratorSyntax when written.Count > 0 => [.. values.SelectMany(value => Of(value, frame))],
            ForEachStatementSyntax loop => sources.Symbol(loop.Expression) is { } list && Given(list) is { } listed ? listed : Loaded(expression, loop.Expression),
            SingleVariableDesignationSyntax { Parent: ParenthesizedVariableDesignationSyntax { Parent: DeclarationExpressionSyntax { Parent: AssignmentExpressionSyntax { Right: var tuple } } } names } name
                => Element(tuple, names.Variables.IndexOf(name), frame),
            SingleVariableDesignationSyntax { Parent: RecursivePatternSyntax { Parent: IsPatternExpressionSyntax { Expression: var matched } } } => Of(matched, frame),
            _ => throw new UnresolvedException(expression, $"'{expression}' cannot be told from the sources"),
        };
    }

    private IReadOnlyList<Text> Element(ExpressionSyntax tuple, int index, Frame frame) => tuple switch
    {
        TupleExpressionSyntax one => Of(one.Arguments[index].Expression, frame),
        SwitchExpressionSyntax choice => Branches(choice.GoverningExpression, [.. choice.Arms.Select(arm => arm.Expression)], frame, branch => Element(branch, index, frame)),
        ConditionalExpressionSyntax choice => Branches(choice.Condition, [choice.WhenTrue, choice.WhenFalse], frame, branch => Element(branch, index, frame)),
        _ => throw new UnresolvedException(tuple, $"'{tuple}' cannot be told from the sources"),
    };
}

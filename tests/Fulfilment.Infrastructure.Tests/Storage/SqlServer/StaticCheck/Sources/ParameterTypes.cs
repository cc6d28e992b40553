using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>What is sent with a text: by Dapper the properties of an object, by a command what is added to it.</summary>
internal sealed class ParameterTypes(SourceCode sources, Texts texts)
{
    public IReadOnlyList<SqlParameterType> Of(ExpressionSyntax? expression, Frame frame)
    {
        if (expression is null or LiteralExpressionSyntax { RawKind: (int)SyntaxKind.NullLiteralExpression } or DefaultExpressionSyntax)
        {
            return [];
        }

        var type = frame.TypeOf(sources.Model(expression).GetTypeInfo(expression).Type!);
        var symbol = sources.Symbol(expression);
        if (type.Name == "DynamicParameters")
        {
            return Dynamic(expression, frame);
        }

        if (type.SpecialType != SpecialType.System_Object)
        {
            return OfType(expression, type);
        }

        if (symbol is not null && frame.Find(symbol) is { } argument)
        {
            return Of(argument.Expression, argument.Frame);
        }

        return symbol switch
        {
            // Left out by the caller, so that it is what the method says.
            IParameterSymbol { HasExplicitDefaultValue: true, ContainingSymbol: IMethodSymbol method } when frame.Given.Keys.Any(key => SymbolEqualityComparer.Default.Equals(key.ContainingSymbol, method)) => [],
            IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: not MethodKind.AnonymousFunction } method } => throw new NeedsCallersException(method),
            IFieldSymbol or ILocalSymbol when SourceCode.Declaration(symbol) is VariableDeclaratorSyntax { Initializer.Value: { } value } => Of(value, frame),
            IPropertySymbol when SourceCode.Declaration(symbol) is PropertyDeclarationSyntax { Initializer.Value: { } value } => Of(value, frame),
            _ => throw new UnresolvedException(expression, $"what '{expression}' supplies cannot be told from the sources"),
        };
    }

    /// <summary>Whatever the member that makes the command adds to any, itself or in what it hands a command to.</summary>
    public IReadOnlyList<SqlParameterType> OfCommand(SyntaxNode at, Frame frame)
    {
        var member = at.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().First();
        var helpers = member.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(call => call.ArgumentList.Arguments.Any(argument => sources.Model(call).GetTypeInfo(argument.Expression).Type?.Name is "SqlCommand" or "DbCommand"))
            .Select(call => sources.Symbol(call) is { } method ? SourceCode.Declaration(method) : null).OfType<SyntaxNode>().Distinct();
        return [.. helpers.Prepend(member).SelectMany(part => part.DescendantNodes()).SelectMany(node => Added(node, frame)).Distinct()];
    }

    private IEnumerable<SqlParameterType> Added(SyntaxNode node, Frame frame)
    {
        switch (node)
        {
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Parameters" }, Name.Identifier.Text: "Add" or "AddWithValue" }, ArgumentList.Arguments: [var name, var value, ..] }:
                return Named(name.Expression, Kind(value.Expression), frame);
            case BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: [var first, var second, ..] } made when sources.Model(made).GetTypeInfo(made).Type is { Name: "SqlParameter" }:
                return Named(first.Expression, Kind(second.Expression), frame);
            case AssignmentExpressionSyntax { Left: TupleExpressionSyntax names, Right: TupleExpressionSyntax values }:
                var pairs = names.Arguments.Zip(values.Arguments, (left, right) => (Property: left.Expression.ToString(), right.Expression)).ToList();
                return pairs.Find(pair => pair.Property.EndsWith(".ParameterName", StringComparison.Ordinal)).Expression is { } parameter
                    ? Named(parameter, Kind(pairs.Find(pair => pair.Property.EndsWith(".DbType", StringComparison.Ordinal)).Expression), frame)
                    : [];
            case AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name.Identifier.Text: "ParameterName" }, Right: var written }:
                return Named(written, SqlKind.Unknown, frame);
            default:
                return [];
        }
    }

    // A function inside the method that adds one by name: every call of it adds one.
    private IEnumerable<SqlParameterType> Named(ExpressionSyntax name, SqlKind kind, Frame frame)
    {
        var names = sources.Symbol(name) is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.LocalFunction } function } parameter
            ? sources.CallsOf(function).SelectMany(call => texts.Of(call.Arguments[parameter], frame))
            : texts.Of(name, frame);
        return names.Select(text => new SqlParameterType(text.Value.TrimStart('@'), kind));
    }

    // Of a value its own type; of SqlDbType.BigInt and the like what they name.
    private SqlKind Kind(ExpressionSyntax? expression)
    {
        if (expression is null)
        {
            return SqlKind.Unknown;
        }

        var type = sources.Model(expression).GetTypeInfo(expression).Type;
        return type?.Name is not ("SqlDbType" or "DbType") ? Kind(type).Kind : OfDbType(sources.Symbol(expression)?.Name);
    }

    private static SqlKind OfDbType(string? name) => name switch
    {
        "BigInt" or "Int64" => SqlKind.BigInt,
        "Int" or "Int32" => SqlKind.Int,
        "NVarChar" or "String" => SqlKind.Text,
        "VarBinary" or "Binary" => SqlKind.Binary,
        "Bit" or "Boolean" => SqlKind.Bit,
        _ => SqlKind.Unknown,
    };

    private IReadOnlyList<SqlParameterType> Dynamic(ExpressionSyntax expression, Frame frame)
    {
        switch (expression)
        {
            case BaseObjectCreationExpressionSyntax creation:
                return Of(creation.ArgumentList?.Arguments.FirstOrDefault()?.Expression, frame);
            case InvocationExpressionSyntax call when sources.Model(call).GetSymbolInfo(call).Symbol is IMethodSymbol method && SourceCode.Declaration(method.OriginalDefinition) is MethodDeclarationSyntax declaration:
                var answers = declaration.ExpressionBody is { } body ? [body.Expression] : declaration.DescendantNodes().OfType<ReturnStatementSyntax>().Select(answer => answer.Expression!).ToArray();
                var inner = frame.Call(method, SourceCode.Arguments(call, method));
                return [.. answers.SelectMany(answer => Of(answer, inner))];
            case IdentifierNameSyntax when sources.Symbol(expression) is ILocalSymbol local && SourceCode.Declaration(local) is VariableDeclaratorSyntax { Initializer.Value: { } made } declarator:
                return [.. Of(made, frame), .. AddedLater(declarator, local, frame)];
            default:
                throw new UnresolvedException(expression, $"'{expression}' is made somewhere else");
        }
    }

    private IEnumerable<SqlParameterType> AddedLater(VariableDeclaratorSyntax declarator, ILocalSymbol local, Frame frame)
    {
        foreach (var call in declarator.Ancestors().OfType<MemberDeclarationSyntax>().First().DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call is not { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: var name } add, ArgumentList.Arguments: [var first, ..] arguments }
                || !SymbolEqualityComparer.Default.Equals(sources.Symbol(add.Expression), local))
            {
                continue;
            }

            foreach (var parameter in name == "AddDynamicParams" ? Of(first.Expression, frame) : name == "Add" ? Named(first.Expression, Kind(arguments.ElementAtOrDefault(1)?.Expression), frame) : [])
            {
                yield return parameter;
            }
        }
    }

    private static IReadOnlyList<SqlParameterType> OfType(ExpressionSyntax expression, ITypeSymbol type)
    {
        // A sequence of objects: Dapper runs the text once for each.
        if (Element(type) is { } element)
        {
            type = element;
        }

        var properties = Bases(type).SelectMany(part => part.GetMembers().OfType<IPropertySymbol>()).Where(property => !property.IsStatic && property.GetMethod is not null && !property.IsIndexer)
            .Where(property => property.DeclaredAccessibility == Accessibility.Public).ToList();
        return type.TypeKind is TypeKind.Error or TypeKind.TypeParameter
            ? throw new UnresolvedException(expression, $"the type of '{expression}' is not known")
            : [.. properties.Select(property => Kind(property.Type) is var (kind, isList) ? new SqlParameterType(property.Name, kind, isList) : null!)];
    }

    private static IEnumerable<ITypeSymbol> Bases(ITypeSymbol type)
    {
        for (ITypeSymbol? part = type; part is { SpecialType: SpecialType.None }; part = part.BaseType)
        {
            yield return part;
        }
    }

    private static ITypeSymbol? Element(ITypeSymbol type) => type is IArrayTypeSymbol array
        ? array.ElementType
        : type.AllInterfaces.Append(type).OfType<INamedTypeSymbol>().FirstOrDefault(part => part.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)?.TypeArguments[0];

    private static (SqlKind Kind, bool IsList) Kind(ITypeSymbol? type)
    {
        switch (type)
        {
            case null or { SpecialType: SpecialType.System_Object }:
                return (SqlKind.Unknown, false);
            case INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: [var inner] }:
                return Kind(inner);
            case INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } number }:
                return Kind(number);
            // It adds itself to the command, with a type that its source names.
            case INamedTypeSymbol own when own.AllInterfaces.Any(part => part.Name == "ICustomQueryParameter"):
                var names = SourceCode.Declaration(own)?.DescendantNodes().OfType<MemberAccessExpressionSyntax>() ?? [];
                return (names.Where(node => node.Expression.ToString().EndsWith("DbType", StringComparison.Ordinal)).Select(node => OfDbType(node.Name.Identifier.Text)).FirstOrDefault(), false);
            case IArrayTypeSymbol { ElementType.SpecialType: SpecialType.System_Byte }:
                return (SqlKind.Binary, false);
        }

        SqlKind? plain = type.SpecialType switch
        {
            SpecialType.System_Boolean => SqlKind.Bit,
            SpecialType.System_Byte => SqlKind.TinyInt,
            SpecialType.System_Int16 => SqlKind.SmallInt,
            SpecialType.System_Int32 => SqlKind.Int,
            SpecialType.System_Int64 => SqlKind.BigInt,
            SpecialType.System_Double => SqlKind.Float,
            SpecialType.System_Decimal => SqlKind.Decimal,
            SpecialType.System_String => SqlKind.Text,
            SpecialType.System_DateTime => SqlKind.Moment,
            _ => null,
        };
        return plain is { } kind ? (kind, false) : Element(type) is { } element ? (Kind(element).Kind, true) : (SqlKind.Other, false);
    }
}

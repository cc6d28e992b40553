using Microsoft.CodeAnalysis;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>Whether Dapper can make a row of a result: it finds out only when the first row has come.</summary>
internal static class RowShape
{
    /// <summary>What does not fit; null: it fits.</summary>
    public static string? Misfit(ITypeSymbol row, IReadOnlyList<SqlColumn> columns)
    {
        if (row is INamedTypeSymbol { IsTupleType: true } tuple)
        {
            return tuple.TupleElements.Length == columns.Count ? null : $"a row of {columns.Count} columns becomes a tuple of {tuple.TupleElements.Length}";
        }

        if (row.SpecialType != SpecialType.None || row.TypeKind is TypeKind.Enum or TypeKind.Dynamic or TypeKind.Array || row is not INamedTypeSymbol type || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T)
        {
            return columns.Count == 1 ? null : $"a row of {columns.Count} columns becomes one value";
        }

        var makers = type.InstanceConstructors.Where(maker => !maker.IsImplicitlyDeclared || maker.Parameters.Length == 0).ToList();
        if (makers.Exists(maker => maker.Parameters.Length == 0))
        {
            var unknown = columns.Where(column => !Properties(type).Any(property => Same(property.Name, column.Name))).Select(column => column.Name).ToList();
            return unknown.Count == 0 ? null : $"{type.Name} has no property for {string.Join(", ", unknown)}";
        }

        // Dapper looks for a constructor with just these names and types.
        return makers.Exists(maker => maker.Parameters.Length == columns.Count && maker.Parameters.Zip(columns).All(pair => Takes(pair.First, pair.Second)))
            ? null
            : $"{type.Name} has no constructor for ({string.Join(", ", columns.Select(column => $"{column.Kind.Clr() ?? "?"} {column.Name}"))})";
    }

    private static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol? type) =>
        type is null ? [] : type.GetMembers().OfType<IPropertySymbol>().Concat(Properties(type.BaseType));

    private static bool Takes(IParameterSymbol parameter, SqlColumn column)
    {
        var type = parameter.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: [var inner] } ? inner : parameter.Type;
        var isType = column.Kind.Clr() is not { } clr || type.ToDisplayString(NullableFlowState.None) == clr
            || (type is INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } number } && number.ToDisplayString() == clr);
        return isType && Same(parameter.Name, column.Name);
    }

    private static bool Same(string member, string column) =>
        member.Equals(column, StringComparison.OrdinalIgnoreCase) || member.Equals(column.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
}

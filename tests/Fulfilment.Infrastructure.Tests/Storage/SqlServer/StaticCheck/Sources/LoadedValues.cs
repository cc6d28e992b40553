using System.Collections;
using System.Reflection;
using Fulfilment.Infrastructure.Storage;
using Microsoft.CodeAnalysis;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>Values of the loaded assembly that no request can change: static fields and properties, static methods without parameters, and the dialect.</summary>
internal static class LoadedValues
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly SymbolDisplayFormat Nested = new(typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    /// <summary>The strings that a static member holds: itself, its elements, or the values of its entries. Null: it holds something else.</summary>
    public static IReadOnlyList<string>? Strings(ISymbol member) => Value(member, null) switch
    {
        string text => [text],
        IEnumerable values => All(values.Cast<object?>().Select(Text)),
        _ => null,
    };

    /// <summary>The strings that a property has on all instances its own type keeps in static members, such as <c>EncryptedColumn.All</c>.</summary>
    public static IReadOnlyList<string>? OfKnownInstances(IPropertySymbol property)
    {
        if (Type(property.ContainingType) is not { } type || type.GetProperty(property.Name, Any) is not { } read)
        {
            return null;
        }

        var instances = type.GetProperties(Any).Where(member => member.GetMethod is { IsStatic: true }).Select(member => member.GetValue(null))
            .Concat(type.GetFields(Any).Where(member => member.IsStatic).Select(member => member.GetValue(null)))
            .SelectMany(value => value is IEnumerable all and not string ? all.Cast<object?>() : [value]).Where(type.IsInstanceOfType).Distinct().ToList();
        return instances.Count == 0 ? null : All(instances.Select(instance => read.GetValue(instance) as string));
    }

    /// <summary>What the dialect writes.</summary>
    public static string? OfDialect(SqlDialect dialect, ISymbol member, IReadOnlyList<string> arguments)
    {
        if (member is IPropertySymbol)
        {
            return dialect.GetType().GetProperty(member.Name)?.GetValue(dialect) as string;
        }

        var method = dialect.GetType().GetMethods().SingleOrDefault(method => method.Name == member.Name && method.GetParameters().Length == arguments.Count);
        return method is not null && method.GetParameters().All(parameter => parameter.ParameterType == typeof(string)) ? method.Invoke(dialect, [.. arguments]) as string : null;
    }

    private static List<string>? All(IEnumerable<string?> texts)
    {
        var (all, found) = (texts.ToList(), new List<string>());
        found.AddRange(all.OfType<string>());
        return found.Count == all.Count ? found : null;
    }

    private static string? Text(object? value) => value is not null && value.GetType() is { IsGenericType: true } pair && pair.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
        ? pair.GetProperty("Value")!.GetValue(value) as string
        : value as string;

    private static object? Value(ISymbol member, object? instance) => Type(member.ContainingType) is not { ContainsGenericParameters: false } type ? null : member switch
    {
        IFieldSymbol { IsStatic: true } => type.GetField(member.Name, Any)?.GetValue(instance),
        IPropertySymbol { IsStatic: true } => type.GetProperty(member.Name, Any)?.GetValue(instance),
        IMethodSymbol { IsStatic: true, Parameters.Length: 0, IsGenericMethod: false } => type.GetMethod(member.Name, Any, [])?.Invoke(instance, null),
        _ => null,
    };

    private static Type? Type(INamedTypeSymbol type)
    {
        var name = type.ContainingType is { } outer ? $"{outer.ToDisplayString(Nested)}+{type.MetadataName}" : type.ToDisplayString(Nested);
        return typeof(SqlDialect).Assembly.GetType(name) ?? typeof(Core.Money).Assembly.GetType(name);
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Fulfilment.Core.Storefronts;

/// <summary>Owners and scopes in text, as API and commands write them.</summary>
public static class KeyTexts
{
    private static readonly (string Name, Scopes Scope)[] Names =
    [
        ("orders", Scopes.Orders),
        ("codes", Scopes.Codes),
        ("afterSales", Scopes.AfterSales),
        ("inventory", Scopes.Inventory),
        ("admin", Scopes.Admin),
        ("finance", Scopes.Finance),
    ];

    /// <summary>Every scope's name.</summary>
    public static IReadOnlyList<string> ScopeNames { get; } = [.. Names.Select(name => name.Name)];

    /// <summary>The names of the scopes in a set.</summary>
    public static IReadOnlyList<string> Of(Scopes scopes) => [.. Names.Where(name => scopes.HasFlag(name.Scope)).Select(name => name.Name)];

    /// <summary>Reads one scope's name; case counts.</summary>
    public static bool TryParseScope(string? name, out Scopes scope)
    {
        scope = Names.FirstOrDefault(known => known.Name == name).Scope;
        return scope != Scopes.None;
    }

    /// <summary>Reads <c>storefront:shop-1</c>, <c>supplier:acme</c> or <c>operator:li</c>; whether there is such an owner is another question.</summary>
    public static bool TryParseOwner(string? text, [NotNullWhen(true)] out KeyOwner? owner)
    {
        owner = null;
        if (text?.Split(':', 2) is not [var kind, var code] || !Code.IsValid(code))
        {
            return false;
        }

        owner = kind switch
        {
            "storefront" => new KeyOwner(KeyOwnerKind.Storefront, code),
            "supplier" => new KeyOwner(KeyOwnerKind.Supplier, code),
            "operator" => new KeyOwner(KeyOwnerKind.Operator, code),
            _ => null,
        };
        return owner is not null;
    }
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>One call of a method on the way to a statement: what its parameters were given, and in which frame that is to be read.</summary>
internal sealed class Frame
{
    private static int s_made;

    /// <summary>Tells conditions of one call from those of another.</summary>
    public int Id { get; } = Interlocked.Increment(ref s_made);

    /// <summary>Null in the outermost: whoever needs a parameter of it has to look at its callers one by one.</summary>
    public Frame? Caller { get; init; }

    public Dictionary<ISymbol, (ExpressionSyntax Expression, Frame Frame)> Given { get; } = new(SymbolEqualityComparer.Default);

    public Dictionary<ISymbol, ITypeSymbol> Types { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>The frame of a callee whose arguments are read in this one.</summary>
    public Frame Call(IMethodSymbol called, Dictionary<ISymbol, ExpressionSyntax> arguments)
    {
        var frame = new Frame { Caller = this };
        foreach (var (parameter, argument) in arguments)
        {
            frame.Given[parameter] = (argument, this);
        }

        for (var i = 0; i < called.TypeArguments.Length; i++)
        {
            frame.Types[called.OriginalDefinition.TypeParameters[i]] = TypeOf(called.TypeArguments[i]);
        }

        return frame;
    }

    /// <summary>What the symbol was given, in this call or one around it.</summary>
    public (ExpressionSyntax Expression, Frame Frame)? Find(ISymbol symbol)
    {
        for (var frame = this; frame is not null; frame = frame.Caller)
        {
            if (frame.Given.TryGetValue(symbol, out var found))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>A type parameter's type in this call.</summary>
    public ITypeSymbol TypeOf(ITypeSymbol type)
    {
        for (var frame = this; frame is not null; frame = frame.Caller)
        {
            if (frame.Types.TryGetValue(type, out var found))
            {
                return found;
            }
        }

        return type;
    }
}

/// <summary>A text depends on a parameter of a method whose callers have not been looked at.</summary>
internal sealed class NeedsCallersException(IMethodSymbol method) : Exception($"The callers of {method.Name} have to be looked at.")
{
    public IMethodSymbol Method => method;
}

/// <summary>An expression whose texts cannot be told from the sources.</summary>
internal sealed class UnresolvedException(SyntaxNode node, string why) : Exception(why)
{
    public SyntaxNode Node => node;
}

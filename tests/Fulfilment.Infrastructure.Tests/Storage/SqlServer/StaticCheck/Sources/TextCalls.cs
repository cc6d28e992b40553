using Fulfilment.Infrastructure.Storage;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Text = Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources.Texts.Text;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck.Sources;

/// <summary>What calls answer that write a part of a statement.</summary>
internal sealed class TextCalls(SourceCode sources, SqlDialect dialect, Texts texts)
{
    public IReadOnlyList<Text> Of(InvocationExpressionSyntax call, Frame frame)
    {
        if (sources.Model(call).GetSymbolInfo(call).Symbol is not IMethodSymbol method)
        {
            throw new UnresolvedException(call, $"'{call.Expression}' means nothing here");
        }

        var definition = method.OriginalDefinition;
        if (texts.Given(definition) is { } known)
        {
            return known;
        }

        if (Texts.IsDialect(method.ContainingType))
        {
            texts.MarkDialect(method);
            return Dialect(call, method, frame);
        }

        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            return Invoked(call, method, frame);
        }

        if (method.ContainingType.SpecialType == SpecialType.System_String)
        {
            return OfString(call, method, frame);
        }

        if (method.Name == nameof(ToString))
        {
            return texts.Number(((MemberAccessExpressionSyntax)call.Expression).Expression);
        }

        // An extension called as a method: its first parameter stands in front.
        if (SourceCode.Declaration(definition) is not { } declaration || method.ReducedFrom is not null)
        {
            return texts.Number(call);
        }

        return method is { IsStatic: true, Parameters.Length: 0 } && LoadedValues.Strings(definition) is { Count: 1 }
            ? texts.Loaded(call, call)
            : texts.Returned(declaration, frame.Call(method, SourceCode.Arguments(call, method)));
    }

    private List<Text> Dialect(InvocationExpressionSyntax call, IMethodSymbol method, Frame frame)
    {
        List<(Text Whole, string[] Arguments)> combinations = [(Text.Plain(""), [])];
        foreach (var argument in call.ArgumentList.Arguments)
        {
            var values = texts.Of(argument.Expression, frame);
            combinations = [.. combinations.SelectMany(before => values.Select(value => (Whole: before.Whole.Join(value), Arguments: (string[])[.. before.Arguments, value.Value])))
                .Where(pair => pair.Whole is not null).Select(pair => (pair.Whole!, pair.Arguments))];
        }

        return combinations.ConvertAll(one => one.Whole with
        {
            Value = LoadedValues.OfDialect(dialect, method, one.Arguments) ?? throw new UnresolvedException(call, $"the dialect's {method.Name} takes something else than texts"),
        });
    }

    private IReadOnlyList<Text> Invoked(InvocationExpressionSyntax call, IMethodSymbol method, Frame frame)
    {
        if (sources.Symbol(call.Expression) is not { } function)
        {
            throw new UnresolvedException(call, $"'{call}' cannot be told from the sources");
        }

        if (frame.Find(function) is not { } given)
        {
            throw function is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: not MethodKind.AnonymousFunction } owner }
                ? new NeedsCallersException(owner)
                : new UnresolvedException(call, $"'{call}' cannot be told from the sources");
        }

        if (given.Expression is not AnonymousFunctionExpressionSyntax lambda)
        {
            throw new UnresolvedException(call, $"'{given.Expression}' is no lambda");
        }

        var inner = new Frame { Caller = given.Frame };
        var parameters = Parameters(lambda);
        for (var i = 0; i < parameters.Count && i < method.Parameters.Length; i++)
        {
            inner.Given[parameters[i]] = (call.ArgumentList.Arguments[i].Expression, frame);
        }

        return texts.Returned(lambda, inner);
    }

    private IReadOnlyList<Text> OfString(InvocationExpressionSyntax call, IMethodSymbol method, Frame frame)
    {
        var arguments = call.ArgumentList.Arguments;
        switch (method.Name)
        {
            case nameof(string.Join) when arguments is [var separator, var items]:
                return Joined(separator.Expression, items.Expression, frame);
            case nameof(string.Concat):
                return texts.Product(arguments.Select(argument => texts.Of(argument.Expression, frame)), call);
            case nameof(string.Create) when arguments.Count == 2:
                return texts.Of(arguments[1].Expression, frame);
            case nameof(string.Replace) when call.Expression is MemberAccessExpressionSyntax { Expression: var receiver }:
                var (old, renewed) = (texts.Of(arguments[0].Expression, frame), texts.Of(arguments[1].Expression, frame));
                return [.. texts.Of(receiver, frame).SelectMany(text => old.SelectMany(from => renewed.Select(to => text with { Value = text.Value.Replace(from.Value, to.Value, StringComparison.Ordinal) })))];
            default:
                throw new UnresolvedException(call, $"string.{method.Name} cannot be told from the sources");
        }
    }

    // Of a list of unknown length: one and two are tried, since what joins them matters as much as what they are.
    private IReadOnlyList<Text> Joined(ExpressionSyntax separator, ExpressionSyntax items, Frame frame)
    {
        if (items is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Select" }, ArgumentList.Arguments: [{ Expression: AnonymousFunctionExpressionSyntax lambda }] })
        {
            throw new UnresolvedException(items, $"'{items}' cannot be told from the sources");
        }

        var each = texts.Returned(lambda, new Frame { Caller = frame });
        return [.. each, .. texts.Product([each, texts.Of(separator, frame), each], items)];
    }

    private List<ISymbol> Parameters(AnonymousFunctionExpressionSyntax lambda) => lambda switch
    {
        SimpleLambdaExpressionSyntax simple => [sources.Model(simple).GetDeclaredSymbol(simple.Parameter)!],
        ParenthesizedLambdaExpressionSyntax many => [.. many.ParameterList.Parameters.Select(parameter => sources.Model(many).GetDeclaredSymbol(parameter)!)],
        _ => [],
    };
}

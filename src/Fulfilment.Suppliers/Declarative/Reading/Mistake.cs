namespace Fulfilment.Suppliers.Declarative.Reading;

/// <summary>Something about a definition that its writer should change; in words for somebody who does not program. Never holds a secret: definitions have none.</summary>
/// <param name="Line">Of the file, from 1 on.</param>
/// <param name="Path">Where: <c>submit.answer.code.values[2].means</c>; empty: the file as a whole.</param>
/// <param name="Wrong">What is wrong.</param>
/// <param name="Instead">What to write instead.</param>
/// <param name="IsWarning">Whether the file works as it is, but something may go wrong later.</param>
public sealed record Mistake(int Line, string Path, string Wrong, string Instead, bool IsWarning = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{(Path.Length == 0 ? "The file" : Path)} (line {Line}): {Wrong} {Instead}";
}

/// <summary>A definition file as it was read.</summary>
/// <param name="Definition">Null while there are mistakes that are not only warnings.</param>
/// <param name="Mistakes">Mistakes and warnings, in the order of the file.</param>
public sealed record ReadDefinition(Model.SupplierDefinition? Definition, IReadOnlyList<Mistake> Mistakes);

/// <summary>Collects mistakes.</summary>
internal sealed class Mistakes
{
    private readonly List<Mistake> _found = [];

    public bool AreFatal => _found.Any(mistake => !mistake.IsWarning);

    public IReadOnlyList<Mistake> All => [.. _found.DistinctBy(mistake => (mistake.Path, mistake.Wrong)).OrderBy(mistake => mistake.Line)];

    public void Add(SourceNode at, string wrong, string instead) => _found.Add(new Mistake(at.Line, at.Path, wrong, instead));

    public void Add(int line, string path, string wrong, string instead) => _found.Add(new Mistake(line, path, wrong, instead));

    public void Warn(SourceNode at, string wrong, string instead) => _found.Add(new Mistake(at.Line, at.Path, wrong, instead, IsWarning: true));
}

using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>The tables a column may be of, nearest query first.</summary>
internal sealed class Scope(Batch batch, Scope? outer)
{
    private readonly List<(string Name, SqlTable Table)> _sources = [];

    public IReadOnlyList<(string Name, SqlTable Table)> Sources => _sources;

    public Scope Add(TSqlFragment at, IEnumerable<(string Name, SqlTable Table)> sources)
    {
        foreach (var source in sources)
        {
            if (source.Name.Length > 0 && _sources.Any(known => known.Name == source.Name))
            {
                batch.Complain(at, $"two tables are called '{source.Name}'");
            }

            _sources.Add(source);
        }

        return this;
    }

    /// <summary>The type of a column; a complaint when there is none, or more than one.</summary>
    public SqlKind Resolve(ColumnReferenceExpression reference) => Find(reference, complain: true) is { } found ? found.Column.Kind : SqlKind.Unknown;

    /// <summary>Whether the column is one of this query's own tables, and which.</summary>
    public string? OwnName(ColumnReferenceExpression reference) =>
        Find(reference, complain: false) is { } found && ReferenceEquals(found.Owner, this) ? $"{found.Source}.{found.Column.Name}" : null;

    private (Scope Owner, string Source, SqlColumn Column)? Find(ColumnReferenceExpression reference, bool complain)
    {
        var parts = reference.MultiPartIdentifier?.Identifiers;
        if (parts is null or { Count: 0 })
        {
            return null;
        }

        if (parts.Count > 2)
        {
            Complain($"'{Batch.Source(reference)}' has more parts than table and column");
            return null;
        }

        var (table, column) = (parts.Count == 2 ? parts[0].Value : null, parts[^1].Value);
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            var found = scope._sources.Where(source => table is null || source.Name == table)
                .Select(source => (source.Name, Column: source.Table.Find(column))).Where(match => match.Column is not null).ToList();
            if (found.Count > 1 && complain && !scope._sources.Any(source => source.Table.IsOpen))
            {
                Complain($"the column '{column}' is ambiguous: {string.Join(", ", found.Select(match => match.Name))} have it");
            }

            if (found.Count > 0)
            {
                return (scope, found[0].Name, found[0].Column!);
            }

            if (table is not null && scope._sources.Any(source => source.Name == table))
            {
                break;
            }
        }

        Complain(table is not null && !IsKnown(table) ? $"there is no table or alias '{table}' here" : $"there is no column '{Batch.Source(reference)}' here");
        return null;

        void Complain(string what)
        {
            if (complain)
            {
                batch.Complain(reference, what);
            }
        }
    }

    private Scope? Outer => outer;

    private bool IsKnown(string table) => _sources.Any(source => source.Name == table) || (outer?.IsKnown(table) ?? false);
}

using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

internal sealed record SqlColumn(string Name, SqlKind Kind, bool IsNullable = true, bool HasDefault = false)
{
    /// <summary>An INSERT that leaves it out fails.</summary>
    public bool IsRequired => !IsNullable && !HasDefault;
}

/// <summary>A table, or whatever else has rows and named columns.</summary>
/// <param name="Name">As it is written in the script; the comparison is ordinal, as in a database with a binary collation.</param>
/// <param name="Columns">In their order.</param>
/// <param name="IsOpen">Whether its columns are not known (system views): any name is taken.</param>
internal sealed record SqlTable(string Name, IReadOnlyList<SqlColumn> Columns, bool IsOpen = false)
{
    public SqlColumn? Find(string column) => Columns.FirstOrDefault(known => known.Name == column) ?? (IsOpen ? new SqlColumn(column, SqlKind.Unknown) : null);
}

/// <summary>What the scripts have made so far.</summary>
internal sealed class SqlSchema
{
    public Dictionary<string, SqlTable> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>By table and name.</summary>
    public HashSet<(string Table, string Name)> Indexes { get; } = [];

    /// <summary>Table types, for table-valued parameters.</summary>
    public Dictionary<string, SqlTable> Types { get; } = new(StringComparer.Ordinal);

    /// <summary>What a table's triggers follow.</summary>
    public HashSet<(string Table, TriggerActionType Action)> Triggers { get; } = [];

    /// <summary>Procedures and functions, which statements may call.</summary>
    public HashSet<string> Routines { get; } = new(StringComparer.Ordinal);

    /// <summary>As it stands now; later changes do not reach the copy.</summary>
    public SqlSchema Copy()
    {
        var copy = new SqlSchema();
        foreach (var (name, table) in Tables)
        {
            copy.Tables.Add(name, table);
        }

        foreach (var (name, type) in Types)
        {
            copy.Types.Add(name, type);
        }

        copy.Indexes.UnionWith(Indexes);
        copy.Triggers.UnionWith(Triggers);
        copy.Routines.UnionWith(Routines);
        return copy;
    }
}

using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>One text as it is sent to the server: what it may refer to, what it declares, and what is wrong with it.</summary>
internal sealed class Batch
{
    private readonly List<string> _complaints = [];

    public Batch(SqlSchema schema, IEnumerable<SqlParameterType> parameters)
    {
        Schema = schema;
        foreach (var parameter in parameters)
        {
            if (!Variables.TryAdd("@" + parameter.Name, parameter.Kind) && Variables["@" + parameter.Name] != parameter.Kind)
            {
                Variables["@" + parameter.Name] = SqlKind.Unknown;
            }

            if (parameter.TableType is { } type)
            {
                TableVariables["@" + parameter.Name] = type;
            }
        }

        Expressions = new Expressions(this);
        Queries = new Queries(this);
        Tables = new TableSources(this);
        Statements = new Statements(this);
    }

    public SqlSchema Schema { get; private set; }

    public Expressions Expressions { get; }

    public Queries Queries { get; }

    public TableSources Tables { get; }

    public Statements Statements { get; }

    /// <summary>Parameters and declared variables, with their <c>@</c>.</summary>
    public Dictionary<string, SqlKind> Variables { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SqlTable> TableVariables { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SqlTable> TemporaryTables { get; } = new(StringComparer.Ordinal);

    /// <summary>Of the statement that is being looked at.</summary>
    public Dictionary<string, SqlTable> CommonTables { get; } = new(StringComparer.Ordinal);

    /// <summary>The table of the trigger that is being looked at: <c>inserted</c> and <c>deleted</c> have its columns.</summary>
    public SqlTable? ChangedRows { get; set; }

    /// <summary>What each query that answers rows answers.</summary>
    public List<IReadOnlyList<SqlColumn>> Results { get; } = [];

    public HashSet<string> Used { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Complaints => _complaints;

    public void Complain(TSqlFragment at, string what) => _complaints.Add($"{what} (line {at.StartLine}, column {at.StartColumn})");

    public void Complain(string what) => _complaints.Add(what);

    /// <summary>Binds a statement of a script against tables as they were at another moment.</summary>
    public void Bind(SqlSchema schema, TSqlStatement statement)
    {
        var now = Schema;
        Schema = schema;
        Statements.Bind([statement]);
        Schema = now;
    }

    /// <summary>The text as it was written.</summary>
    public static string Source(TSqlFragment fragment) => fragment.FirstTokenIndex < 0
        ? ""
        : string.Concat(fragment.ScriptTokenStream.Skip(fragment.FirstTokenIndex).Take(fragment.LastTokenIndex - fragment.FirstTokenIndex + 1).Select(token => token.Text));

    /// <summary>The type of a variable; a complaint when nobody declares or supplies it.</summary>
    public SqlKind Variable(VariableReference reference)
    {
        Used.Add(reference.Name);
        if (Variables.TryGetValue(reference.Name, out var kind))
        {
            return kind;
        }

        var other = Variables.Keys.FirstOrDefault(name => name.Equals(reference.Name, StringComparison.OrdinalIgnoreCase));
        Complain(reference, other is null
            ? $"{reference.Name} is neither supplied as a parameter nor declared"
            : $"{reference.Name} is written {other} where it is supplied; a server with a binary collation tells them apart");
        Variables[reference.Name] = SqlKind.Unknown;
        return SqlKind.Unknown;
    }

    public void Declare(Identifier name, SqlKind kind)
    {
        if (!Variables.TryAdd(name.Value, kind))
        {
            Complain(name, $"{name.Value} is declared, and supplied or declared already");
        }
    }
}

/// <summary>A parameter as the caller supplies it, without its <c>@</c>.</summary>
/// <param name="Name">As the caller writes it.</param>
/// <param name="Kind">Of one value, if it is a list.</param>
/// <param name="IsList">Dapper makes <c>(@name1, @name2)</c> of it.</param>
/// <param name="TableType">Its rows, if it is a table.</param>
internal sealed record SqlParameterType(string Name, SqlKind Kind, bool IsList = false, SqlTable? TableType = null);

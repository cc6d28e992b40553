using System.Collections.Frozen;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>The functions of SQL Server 2019 and Azure SQL that statements use. A new one is added here, with how many arguments it takes and what it answers.</summary>
internal sealed record SqlFunctions(int Least, int Most, Func<IReadOnlyList<SqlKind>, SqlKind> Answer, SqlFamily Takes = SqlFamily.Unknown)
{
    private static readonly FrozenSet<string> Aggregates = new[] { "count", "count_big", "sum", "min", "max", "string_agg" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, SqlFunctions> Known = new Dictionary<string, SqlFunctions>
    {
        ["count"] = Fixed(1, 1, SqlKind.Int),
        ["count_big"] = Fixed(1, 1, SqlKind.BigInt),
        ["sum"] = new(1, 1, kinds => kinds[0] is SqlKind.TinyInt or SqlKind.SmallInt ? SqlKind.Int : kinds[0], SqlFamily.Number),
        ["min"] = new(1, 1, kinds => kinds[0]),
        ["max"] = new(1, 1, kinds => kinds[0]),
        ["string_agg"] = Fixed(2, 2, SqlKind.Text),
        ["row_number"] = Fixed(0, 0, SqlKind.BigInt),
        ["rank"] = Fixed(0, 0, SqlKind.BigInt),
        ["dense_rank"] = Fixed(0, 0, SqlKind.BigInt),
        ["lag"] = new(1, 3, kinds => kinds[0]),
        ["lead"] = new(1, 3, kinds => kinds[0]),
        ["abs"] = new(1, 1, kinds => kinds[0], SqlFamily.Number),
        ["sign"] = new(1, 1, kinds => kinds[0], SqlFamily.Number),
        ["isnull"] = new(2, 2, kinds => kinds[0]),
        ["substring"] = new(3, 3, kinds => kinds[0]),
        ["len"] = Fixed(1, 1, SqlKind.Int),
        ["datalength"] = Fixed(1, 1, SqlKind.Int),
        ["concat"] = Fixed(2, 254, SqlKind.Text),
        ["lower"] = Fixed(1, 1, SqlKind.Text, SqlFamily.Text),
        ["upper"] = Fixed(1, 1, SqlKind.Text, SqlFamily.Text),
        ["ltrim"] = Fixed(1, 1, SqlKind.Text, SqlFamily.Text),
        ["rtrim"] = Fixed(1, 1, SqlKind.Text, SqlFamily.Text),
        ["replace"] = Fixed(3, 3, SqlKind.Text, SqlFamily.Text),
        ["charindex"] = Fixed(2, 3, SqlKind.Int),
        ["datediff"] = Fixed(3, 3, SqlKind.Int),
        ["datediff_big"] = Fixed(3, 3, SqlKind.BigInt),
        ["dateadd"] = Fixed(3, 3, SqlKind.Moment),
        ["sysutcdatetime"] = Fixed(0, 0, SqlKind.Moment),
        ["json_value"] = Fixed(2, 2, SqlKind.Text, SqlFamily.Text),
        ["json_query"] = Fixed(1, 2, SqlKind.Text, SqlFamily.Text),
        ["isjson"] = Fixed(1, 1, SqlKind.Int, SqlFamily.Text),
        ["xact_state"] = Fixed(0, 0, SqlKind.SmallInt),
        ["error_number"] = Fixed(0, 0, SqlKind.Int),
        ["error_message"] = Fixed(0, 0, SqlKind.Text),
        ["object_id"] = Fixed(1, 2, SqlKind.Int, SqlFamily.Text),
        ["col_length"] = Fixed(2, 2, SqlKind.SmallInt, SqlFamily.Text),
        ["type_id"] = Fixed(1, 1, SqlKind.Int, SqlFamily.Text),
        ["schema_id"] = Fixed(0, 1, SqlKind.Int),
        ["db_id"] = Fixed(0, 1, SqlKind.Int),
        ["db_name"] = Fixed(0, 1, SqlKind.Text),
        ["databasepropertyex"] = Fixed(2, 2, SqlKind.Unknown),
        ["serverproperty"] = Fixed(1, 1, SqlKind.Unknown),
        ["is_srvrolemember"] = Fixed(1, 2, SqlKind.Int),
        ["checksum"] = Fixed(1, 254, SqlKind.Int),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>These name a part of a date, which looks like a column.</summary>
    private static readonly FrozenSet<string> WithDatePart = new[] { "datediff", "datediff_big", "dateadd" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool IsAggregate(FunctionCall call) => call.OverClause is null && Aggregates.Contains(call.FunctionName.Value);

    /// <summary>The type of a call; complaints when it is unknown or takes other arguments.</summary>
    public static SqlKind Bind(Batch batch, FunctionCall call, Scope? scope)
    {
        var name = call.FunctionName.Value;
        var arguments = call.Parameters.Select((argument, i) => i == 0 && WithDatePart.Contains(name)
            ? SqlKind.Unknown
            : batch.Expressions.Bind(argument, scope)).ToList();
        if (call.OverClause is { } over)
        {
            foreach (var expression in over.Partitions.Concat(over.OrderByClause?.OrderByElements.Select(item => item.Expression) ?? []))
            {
                batch.Expressions.Bind(expression, scope);
            }
        }

        if (IsAggregate(call))
        {
            Inside.Check(batch, call);
        }

        if (!Known.TryGetValue(name, out var known))
        {
            batch.Complain(call, batch.Schema.Routines.Contains(name) ? $"'{name}' is called without its schema" : $"there is no function '{name}' (or it is not in SqlFunctions)");
            return SqlKind.Unknown;
        }

        if (call.Parameters.Count < known.Least || call.Parameters.Count > known.Most)
        {
            batch.Complain(call, $"'{name}' with {call.Parameters.Count} arguments");
            return SqlKind.Unknown;
        }

        if (known.Takes != SqlFamily.Unknown && arguments.Any(kind => kind.Family() != SqlFamily.Unknown && kind.Family() != known.Takes))
        {
            batch.Complain(call, $"'{name}' of {string.Join(", ", arguments)}");
        }

        return known.Answer(arguments);
    }

    private static SqlFunctions Fixed(int least, int most, SqlKind answer, SqlFamily takes = SqlFamily.Unknown) => new(least, most, _ => answer, takes);

    /// <summary>SQL Server refuses an aggregate over an aggregate or over a query; SQLite takes the latter.</summary>
    private sealed class Inside(Batch batch, FunctionCall whole) : TSqlFragmentVisitor
    {
        public static void Check(Batch batch, FunctionCall call)
        {
            var walk = new Inside(batch, call);
            foreach (var argument in call.Parameters)
            {
                argument.Accept(walk);
            }
        }

        public override void ExplicitVisit(ScalarSubquery node) => batch.Complain(node, $"a query inside the aggregate '{whole.FunctionName.Value}'");

        public override void ExplicitVisit(ExistsPredicate node) => batch.Complain(node, $"a query inside the aggregate '{whole.FunctionName.Value}'");

        public override void ExplicitVisit(FunctionCall node)
        {
            if (IsAggregate(node))
            {
                batch.Complain(node, $"an aggregate inside the aggregate '{whole.FunctionName.Value}'");
            }
            else
            {
                base.ExplicitVisit(node);
            }
        }
    }
}

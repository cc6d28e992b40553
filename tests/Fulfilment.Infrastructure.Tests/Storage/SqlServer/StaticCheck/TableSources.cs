using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>What stands in FROM, under which name, with which columns.</summary>
internal sealed class TableSources(Batch batch)
{
    /// <param name="reference">What stands there.</param>
    /// <param name="outer">What queries inside it may be correlated with; in an APPLY that is its left side too.</param>
    public IReadOnlyList<(string Name, SqlTable Table)> Bind(TableReference reference, Scope? outer)
    {
        switch (reference)
        {
            case NamedTableReference named:
                return [(named.Alias?.Value ?? named.SchemaObject.BaseIdentifier.Value, Find(named.SchemaObject))];
            case JoinParenthesisTableReference parenthesis:
                return Bind(parenthesis.Join, outer);
            case QualifiedJoin join:
                IReadOnlyList<(string, SqlTable)> both = [.. Bind(join.FirstTableReference, outer), .. Bind(join.SecondTableReference, outer)];
                batch.Expressions.Bind(join.SearchCondition, new Scope(batch, outer).Add(join, both));
                return both;
            case UnqualifiedJoin join:
                var left = Bind(join.FirstTableReference, outer);
                var isApply = join.UnqualifiedJoinType is UnqualifiedJoinType.CrossApply or UnqualifiedJoinType.OuterApply;
                return [.. left, .. Bind(join.SecondTableReference, isApply ? new Scope(batch, outer).Add(join, left) : outer)];
            case QueryDerivedTable derived:
                var query = batch.Queries.Bind(derived.QueryExpression, outer);
                return [(derived.Alias?.Value ?? "", batch.Queries.Named(derived, derived.Alias?.Value ?? "", query, derived.Columns))];
            case InlineDerivedTable values:
                return [(values.Alias.Value, batch.Queries.Named(values, values.Alias.Value, Values(values.RowValues, outer), values.Columns))];
            case OpenJsonTableReference json:
                return [(json.Alias?.Value ?? "", OpenJson(json, outer))];
            case VariableTableReference variable:
                return [(variable.Alias?.Value ?? variable.Variable.Name, Variable(variable.Variable))];
            case GlobalFunctionTableReference { Name.Value: var name } function when name.Equals("string_split", StringComparison.OrdinalIgnoreCase):
                foreach (var parameter in function.Parameters)
                {
                    batch.Expressions.Bind(parameter, outer);
                }

                return [(function.Alias?.Value ?? name, new SqlTable(name, [new SqlColumn("value", SqlKind.Text)]))];
            default:
                batch.Complain(reference, $"'{Batch.Source(reference)}' is no table that is known here");
                return [(reference is TableReferenceWithAlias { Alias: { } alias } ? alias.Value : "", Unknown(""))];
        }
    }

    /// <summary>A table by its name; a complaint when there is none.</summary>
    public SqlTable Find(SchemaObjectName name)
    {
        var table = name.BaseIdentifier.Value;
        if (name.SchemaIdentifier is { Value: var schema })
        {
            if (schema is "sys" or "INFORMATION_SCHEMA")
            {
                return new SqlTable(table, [], IsOpen: true);
            }

            if (schema != "dbo")
            {
                batch.Complain(name, $"there is no schema '{schema}'");
            }
        }
        else if (batch.CommonTables.TryGetValue(table, out var common))
        {
            return common;
        }
        else if (batch.ChangedRows is { } changed && (table is "inserted" or "deleted"))
        {
            return changed;
        }

        if (batch.TemporaryTables.TryGetValue(table, out var found) || batch.Schema.Tables.TryGetValue(table, out found))
        {
            return found;
        }

        batch.Complain(name, $"there is no table '{table}'");
        return Unknown(table);
    }

    public SqlTable Variable(VariableReference reference)
    {
        if (batch.TableVariables.TryGetValue(reference.Name, out var table))
        {
            batch.Used.Add(reference.Name);
            return table;
        }

        batch.Complain(reference, $"there is no table variable {reference.Name}");
        return Unknown(reference.Name);
    }

    /// <summary>The width and types of rows of values.</summary>
    public List<SqlColumn> Values(IList<RowValue> rows, Scope? scope)
    {
        List<SqlColumn> columns = [];
        foreach (var row in rows)
        {
            var kinds = row.ColumnValues.Select(value => value is DefaultLiteral ? SqlKind.Unknown : batch.Expressions.Bind(value, scope)).ToList();
            if (columns.Count > 0 && columns.Count != kinds.Count)
            {
                batch.Complain(row, $"a row of {kinds.Count} values, the one before has {columns.Count}");
            }

            columns = [.. kinds.Select((kind, i) => new SqlColumn("", i < columns.Count ? SqlKinds.Meet(kind, columns[i].Kind) : kind, row.ColumnValues[i] is NullLiteral || (i < columns.Count && columns[i].IsNullable)))];
        }

        return columns;
    }

    private SqlTable OpenJson(OpenJsonTableReference json, Scope? outer)
    {
        if (SqlKinds.Clash(batch.Expressions.Bind(json.Variable, outer), SqlKind.Text))
        {
            batch.Complain(json.Variable, "OPENJSON reads text");
        }

        return json.SchemaDeclarationItems.Count == 0
            ? new SqlTable("openjson", [new SqlColumn("key", SqlKind.Text), new SqlColumn("value", SqlKind.Text), new SqlColumn("type", SqlKind.Int)])
            : new SqlTable("openjson", [.. json.SchemaDeclarationItems.Select(item => new SqlColumn(
                item.ColumnDefinition.ColumnIdentifier.Value, SqlKinds.Of(item.ColumnDefinition.DataType) ?? SqlKind.Unknown))]);
    }

    private static SqlTable Unknown(string name) => new(name, [], IsOpen: true);
}

using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>Binds INSERT, UPDATE and DELETE.</summary>
internal sealed class Changes(Batch batch)
{
    public void Bind(TSqlStatement statement)
    {
        batch.Queries.DeclareCommonTables((statement as StatementWithCtesAndXmlNamespaces)?.WithCtesAndXmlNamespaces);
        switch (statement)
        {
            case InsertStatement insert:
                BindInsert(insert.InsertSpecification);
                break;
            case UpdateStatement update:
                BindUpdate(update.UpdateSpecification);
                break;
            case DeleteStatement delete:
                var specification = delete.DeleteSpecification;
                var (scope, target) = Rows(specification.Target, specification.FromClause, specification.TopRowFilter);
                BindWhere(specification.WhereClause, scope);
                BindOutput(specification, TriggerActionType.Delete, scope, [("deleted", target)]);
                break;
        }

        batch.CommonTables.Clear();
    }

    private void BindInsert(InsertSpecification insert)
    {
        var target = Target(insert.Target);
        var columns = insert.Columns.Select(column => Column(target, column.MultiPartIdentifier.Identifiers[^1])).ToList();
        if (insert.Columns.Count == 0)
        {
            batch.Complain(insert, "INSERT without its columns: another column in the table would shift them");
            columns = [.. target.Columns];
        }

        foreach (var twice in columns.GroupBy(column => column.Name).Where(group => group.Count() > 1))
        {
            batch.Complain(insert, $"INSERT names '{twice.Key}' twice");
        }

        if (target.Columns.Where(column => column.IsRequired && !columns.Exists(named => named.Name == column.Name)).Select(column => column.Name).ToList() is { Count: > 0 } missing)
        {
            batch.Complain(insert, $"INSERT into '{target.Name}' leaves out {string.Join(", ", missing)}, which must not be null");
        }

        IReadOnlyList<SqlColumn>? source = insert.InsertSource switch
        {
            ValuesInsertSource { IsDefaultValues: true } => [],
            ValuesInsertSource values => batch.Tables.Values(values.RowValues, null),
            SelectInsertSource select => batch.Queries.Bind(select.Select, null),
            _ => null,
        };
        if (source is null)
        {
            batch.Complain(insert, "INSERT of what EXEC answers, which cannot be checked");
        }
        else if (source.Count != columns.Count)
        {
            batch.Complain(insert, $"INSERT into '{target.Name}' names {columns.Count} columns and gives {source.Count} values");
        }
        else
        {
            Give(insert, columns, source);
        }

        BindOutput(insert, TriggerActionType.Insert, null, [("inserted", target)]);
    }

    private void Give(InsertSpecification insert, List<SqlColumn> columns, IReadOnlyList<SqlColumn> source)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            batch.Expressions.Assign(insert, columns[i].Name, columns[i].Kind, source[i].Kind);
            if (!columns[i].IsNullable && insert.InsertSource is ValuesInsertSource values && values.RowValues.Any(row => row.ColumnValues[i] is NullLiteral))
            {
                batch.Complain(insert, $"'{columns[i].Name}' must not be null");
            }
        }
    }

    private void BindUpdate(UpdateSpecification update)
    {
        var (scope, target) = Rows(update.Target, update.FromClause, update.TopRowFilter);
        var set = new HashSet<string>(StringComparer.Ordinal);
        foreach (var clause in update.SetClauses)
        {
            if (clause is not AssignmentSetClause assignment)
            {
                batch.Complain(clause, "a SET of a kind that this check does not know");
                continue;
            }

            var value = assignment.NewValue is DefaultLiteral ? SqlKind.Unknown : batch.Expressions.Bind(assignment.NewValue, scope);
            if (assignment.Variable is { } variable)
            {
                batch.Expressions.Assign(assignment, variable.Name, batch.Variable(variable), value);
            }

            if (assignment.Column is { } reference)
            {
                var column = Column(target, reference.MultiPartIdentifier.Identifiers[^1]);
                batch.Expressions.Assign(assignment, column.Name, column.Kind, value);
                if (!set.Add(column.Name))
                {
                    batch.Complain(assignment, $"UPDATE sets '{column.Name}' twice");
                }

                if (!column.IsNullable && assignment.NewValue is NullLiteral)
                {
                    batch.Complain(assignment, $"'{column.Name}' must not be null");
                }
            }
        }

        BindWhere(update.WhereClause, scope);
        BindOutput(update, TriggerActionType.Update, scope, [("inserted", target), ("deleted", target)]);
    }

    // The target may be a table, or the alias of one of those in FROM.
    private (Scope Scope, SqlTable Target) Rows(TableReference target, FromClause? from, TopRowFilter? top)
    {
        if (top is not null)
        {
            batch.Expressions.Bind(top.Expression, null);
        }

        var scope = new Scope(batch, null);
        foreach (var table in from?.TableReferences ?? [])
        {
            scope.Add(table, batch.Tables.Bind(table, null));
        }

        if (target is NamedTableReference { SchemaObject: { SchemaIdentifier: null, BaseIdentifier.Value: var name } } && scope.Sources.FirstOrDefault(source => source.Name == name) is { Table: { } found })
        {
            return (scope, found);
        }

        if (from is not null)
        {
            batch.Complain(target, $"'{Batch.Source(target)}' is not called so in FROM: every row of it would be changed");
        }

        var sources = batch.Tables.Bind(target, null);
        scope.Add(target, sources);
        return (scope, sources[0].Table);
    }

    private SqlTable Target(TableReference target) => batch.Tables.Bind(target, null)[0].Table;

    private SqlColumn Column(SqlTable table, Identifier name)
    {
        if (table.Find(name.Value) is { } column)
        {
            return column;
        }

        batch.Complain(name, $"'{table.Name}' has no column '{name.Value}'");
        return new SqlColumn(name.Value, SqlKind.Unknown);
    }

    private void BindWhere(WhereClause? where, Scope scope)
    {
        if (where is not null)
        {
            batch.Expressions.Bind(where.SearchCondition, scope);
            Grouping.RefuseAggregates(batch, where.SearchCondition, "WHERE");
        }
    }

    private void BindOutput(DataModificationSpecification change, TriggerActionType action, Scope? rows, IReadOnlyList<(string Name, SqlTable Table)> pseudo)
    {
        if (change.OutputClause is not null && batch.Schema.Triggers.Contains((pseudo[0].Table.Name, action)))
        {
            batch.Complain(change.OutputClause, $"'{pseudo[0].Table.Name}' has a trigger, so OUTPUT needs INTO");
        }

        var outputs = new[] { change.OutputClause?.SelectColumns, change.OutputIntoClause?.SelectColumns };
        foreach (var output in outputs.OfType<IList<SelectElement>>())
        {
            // Columns have to say whether they are of before or after; those of other tables in FROM may come along.
            var scope = new Scope(batch, null).Add(change, pseudo).Add(change, rows?.Sources.Where(source => change is not InsertSpecification) ?? []);
            var columns = output.SelectMany(element => batch.Queries.BindElement(element, scope)).ToList();
            if (ReferenceEquals(output, change.OutputClause?.SelectColumns))
            {
                batch.Results.Add(columns);
                continue;
            }

            var into = Target(change.OutputIntoClause!.IntoTable);
            var names = change.OutputIntoClause.IntoTableColumns.Select(column => Column(into, column.MultiPartIdentifier.Identifiers[^1])).ToList();
            var width = names.Count == 0 ? into.Columns.Count : names.Count;
            if (width != columns.Count && !into.IsOpen)
            {
                batch.Complain(change.OutputIntoClause, $"OUTPUT of {columns.Count} columns into {width} of '{into.Name}'");
            }
        }
    }
}

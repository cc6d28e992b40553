using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>Runs the scripts on paper: what tables, columns and indexes there are after each.</summary>
internal sealed class SchemaReader
{
    public SqlSchema Schema { get; } = new();

    /// <summary>Reads one script; answers what is wrong with it.</summary>
    public IReadOnlyList<string> Read(string script)
    {
        var batch = new Batch(Schema, []);
        foreach (var part in StatementCheck.Parse(script, batch))
        {
            Read(batch, part);
        }

        return batch.Complaints;
    }

    /// <summary>The columns of a table as they are declared.</summary>
    public static SqlTable Table(Batch batch, string name, TableDefinition definition)
    {
        var keys = definition.TableConstraints.OfType<UniqueConstraintDefinition>().Where(key => key.IsPrimaryKey)
            .SelectMany(key => key.Columns).Select(column => column.Column.MultiPartIdentifier.Identifiers[^1].Value).ToHashSet(StringComparer.Ordinal);
        var table = new SqlTable(name, [.. definition.ColumnDefinitions.Select(column => Column(batch, column, keys))]);
        foreach (var twice in table.Columns.GroupBy(column => column.Name).Where(group => group.Count() > 1))
        {
            batch.Complain(definition, $"'{name}' has two columns '{twice.Key}'");
        }

        foreach (var constraint in definition.TableConstraints)
        {
            Constraint(batch, table, constraint);
        }

        foreach (var column in definition.ColumnDefinitions)
        {
            column.Constraints.ToList().ForEach(constraint => Constraint(batch, table, constraint));
        }

        return table;
    }

    private void Read(Batch batch, TSqlBatch part)
    {
        // A batch is bound as a whole before it runs: what it reads and writes sees a table that was there before as it was before.
        var before = Schema.Copy();
        foreach (var statement in part.Statements)
        {
            if (Change(batch, statement))
            {
                continue;
            }

            var bound = before.Copy();
            foreach (var (name, table) in Schema.Tables.Where(table => !before.Tables.ContainsKey(table.Key)))
            {
                bound.Tables[name] = table;
            }

            batch.Bind(bound, statement);
        }
    }

    private bool Change(Batch batch, TSqlStatement statement)
    {
        switch (statement)
        {
            case CreateTableStatement create when create.SchemaObjectName.BaseIdentifier.Value is not ['#', ..]:
                var name = create.SchemaObjectName.BaseIdentifier.Value;
                if (!Schema.Tables.TryAdd(name, Table(batch, name, create.Definition)))
                {
                    batch.Complain(create, $"there is a table '{name}' already");
                }

                return true;
            case AlterTableAddTableElementStatement add:
                Replace(batch, add, table => Add(batch, table, add));
                return true;
            case AlterTableDropTableElementStatement drop:
                var dropped = drop.AlterTableDropTableElements.Where(element => element.TableElementType == TableElementType.Column).Select(element => element.Name.Value).ToHashSet(StringComparer.Ordinal);
                Replace(batch, drop, table => table with { Columns = [.. table.Columns.Where(column => !dropped.Contains(column.Name))] });
                return true;
            case AlterTableAlterColumnStatement alter:
                var kind = SqlKinds.Of(alter.DataType) ?? SqlKind.Unknown;
                Replace(batch, alter, table => table with
                {
                    Columns = [.. table.Columns.Select(column => column.Name == alter.ColumnIdentifier.Value
                        ? column with { Kind = kind, IsNullable = alter.AlterTableAlterColumnOption != AlterTableAlterColumnOption.NotNull }
                        : column)],
                });
                return true;
            case AlterTableSetStatement or AlterTableRebuildStatement:
                batch.Tables.Find(((AlterTableStatement)statement).SchemaObjectName);
                return true;
            case CreateIndexStatement index:
                Index(batch, index);
                return true;
            case DropTableStatement drop:
                drop.Objects.ToList().ForEach(table => Schema.Tables.Remove(table.BaseIdentifier.Value));
                return true;
            case DropIndexStatement drop:
                foreach (var clause in drop.DropIndexClauses.OfType<DropIndexClause>())
                {
                    if (!Schema.Indexes.Remove((clause.Object.BaseIdentifier.Value, clause.Index.Value)))
                    {
                        batch.Complain(clause, $"there is no index '{clause.Index.Value}'");
                    }
                }

                return true;
            case CreateTypeTableStatement type:
                Schema.Types[type.Name.BaseIdentifier.Value] = Table(batch, type.Name.BaseIdentifier.Value, type.Definition);
                return true;
            case CreateTriggerStatement trigger:
                Trigger(batch, trigger);
                return true;
            case IfStatement { ElseStatement: null } guarded when IsChange(guarded.ThenStatement):
                batch.Expressions.Bind(guarded.Predicate, null);
                return Change(batch, guarded.ThenStatement is BeginEndBlockStatement { StatementList.Statements: [var only] } ? only : guarded.ThenStatement);
            default:
                return false;
        }
    }

    private static bool IsChange(TSqlStatement statement) => statement is CreateTableStatement or AlterTableStatement or CreateIndexStatement
        || (statement is BeginEndBlockStatement { StatementList.Statements: [var only] } && IsChange(only));

    private void Replace(Batch batch, AlterTableStatement statement, Func<SqlTable, SqlTable> change)
    {
        var name = statement.SchemaObjectName.BaseIdentifier.Value;
        Schema.Tables[name] = change(batch.Tables.Find(statement.SchemaObjectName));
    }

    private static SqlTable Add(Batch batch, SqlTable table, AlterTableAddTableElementStatement add)
    {
        foreach (var column in add.Definition.ColumnDefinitions)
        {
            var added = Column(batch, column, []);
            if (added.IsRequired)
            {
                batch.Complain(column, $"'{added.Name}' is added NOT NULL without a default, which fails on a table with rows");
            }

            if (table.Columns.Any(known => known.Name == added.Name))
            {
                batch.Complain(column, $"'{table.Name}' has a column '{added.Name}' already");
            }

            table = table with { Columns = [.. table.Columns, added] };
        }

        foreach (var constraint in add.Definition.TableConstraints)
        {
            Constraint(batch, table, constraint);
        }

        return table;
    }

    private void Index(Batch batch, CreateIndexStatement index)
    {
        var table = batch.Tables.Find(index.OnName);
        if (!Schema.Indexes.Add((table.Name, index.Name.Value)))
        {
            batch.Complain(index, $"there is an index '{index.Name.Value}' on '{table.Name}' already");
        }

        var scope = new Scope(batch, null).Add(index, [(table.Name, table)]);
        foreach (var column in index.Columns.Select(column => column.Column).Concat(index.IncludeColumns))
        {
            scope.Resolve(column);
        }

        if (index.FilterPredicate is { } filter)
        {
            batch.Expressions.Bind(filter, scope);
        }
    }

    private void Trigger(Batch batch, CreateTriggerStatement trigger)
    {
        var table = batch.Tables.Find(trigger.TriggerObject.Name);
        Schema.Triggers.UnionWith(trigger.TriggerActions.Select(action => (table.Name, action.TriggerActionType)));
        batch.ChangedRows = table;
        batch.Statements.Bind(trigger.StatementList.Statements);
        batch.ChangedRows = null;
    }

    private static SqlColumn Column(Batch batch, ColumnDefinition column, HashSet<string> keys)
    {
        var name = column.ColumnIdentifier.Value;
        if (column.ComputedColumnExpression is not null)
        {
            return new SqlColumn(name, SqlKind.Unknown, HasDefault: true);
        }

        if (SqlKinds.Of(column.DataType) is not { } kind)
        {
            batch.Complain(column, $"'{name}' is of a type that is not known here");
            kind = SqlKind.Unknown;
        }

        var isKey = keys.Contains(name) || column.Constraints.OfType<UniqueConstraintDefinition>().Any(key => key.IsPrimaryKey);
        var isNullable = !isKey && !column.Constraints.OfType<NullableConstraintDefinition>().Any(constraint => !constraint.Nullable);
        return new SqlColumn(name, kind, isNullable, column.DefaultConstraint is not null || column.IdentityOptions is not null || kind == SqlKind.Other);
    }

    private static void Constraint(Batch batch, SqlTable table, ConstraintDefinition constraint)
    {
        var scope = new Scope(batch, null).Add(constraint, [(table.Name, table)]);
        switch (constraint)
        {
            case UniqueConstraintDefinition unique:
                unique.Columns.ToList().ForEach(column => scope.Resolve(column.Column));
                break;
            case CheckConstraintDefinition check:
                batch.Expressions.Bind(check.CheckCondition, scope);
                break;
            case ForeignKeyConstraintDefinition foreign:
                var other = new Scope(batch, null).Add(foreign, [("", batch.Tables.Find(foreign.ReferenceTableName))]);
                foreach (var (columns, where) in new[] { (foreign.Columns, scope), (foreign.ReferencedTableColumns, other) })
                {
                    columns.ToList().ForEach(column => where.Resolve(new ColumnReferenceExpression { MultiPartIdentifier = new MultiPartIdentifier { Identifiers = { column } } }));
                }

                break;
        }
    }
}

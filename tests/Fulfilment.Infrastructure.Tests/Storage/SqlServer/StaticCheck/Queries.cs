using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>Binds SELECT: which tables it reads, what it answers, and whether its parts fit together.</summary>
internal sealed class Queries(Batch batch)
{
    /// <summary>What the query answers.</summary>
    /// <param name="query">Any query.</param>
    /// <param name="outer">What it may be correlated with.</param>
    public IReadOnlyList<SqlColumn> Bind(QueryExpression query, Scope? outer)
    {
        if (query is QuerySpecification { TopRowFilter: not null, OffsetClause: not null })
        {
            batch.Complain(query, "TOP and OFFSET exclude each other");
        }

        BindOffset(query.OffsetClause, outer);
        return query switch
        {
            QuerySpecification specification => BindSpecification(specification, outer),
            BinaryQueryExpression union => BindUnion(union, outer),
            QueryParenthesisExpression inner => Bind(inner.QueryExpression, outer),
            _ => throw new NotSupportedException(query.GetType().Name),
        };
    }

    public void DeclareCommonTables(WithCtesAndXmlNamespaces? with)
    {
        batch.CommonTables.Clear();
        foreach (var common in with?.CommonTableExpressions ?? [])
        {
            var name = common.ExpressionName.Value;
            if (common.QueryExpression is BinaryQueryExpression { FirstQueryExpression: var first })
            {
                // It may refer to itself, in the branches after the first. Looked at twice, so what is wrong with the first is said twice.
                batch.CommonTables[name] = Named(common, name, Bind(first, null), common.Columns);
            }

            batch.CommonTables[name] = Named(common, name, Bind(common.QueryExpression, null), common.Columns);
        }
    }

    /// <summary>What a query inside another shows to it: every column named, and no name twice.</summary>
    public SqlTable Named(TSqlFragment at, string name, IReadOnlyList<SqlColumn> columns, IList<Identifier>? names)
    {
        if (names is { Count: > 0 })
        {
            if (names.Count != columns.Count)
            {
                batch.Complain(at, $"'{name}' lists {names.Count} columns and selects {columns.Count}");
            }

            columns = [.. names.Select((column, i) => i < columns.Count ? columns[i] with { Name = column.Value } : new SqlColumn(column.Value, SqlKind.Unknown))];
        }

        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Name.Length == 0)
            {
                batch.Complain(at, $"column {i + 1} of '{name}' has no name");
            }
            else if (columns.Take(i).Any(column => column.Name == columns[i].Name))
            {
                batch.Complain(at, $"'{name}' has two columns '{columns[i].Name}'");
            }
        }

        return new SqlTable(name, columns);
    }

    private IReadOnlyList<SqlColumn> BindSpecification(QuerySpecification query, Scope? outer)
    {
        var scope = new Scope(batch, outer);
        foreach (var table in query.FromClause?.TableReferences ?? [])
        {
            scope.Add(table, batch.Tables.Bind(table, outer));
        }

        if (query.TopRowFilter is { } top)
        {
            batch.Expressions.Bind(top.Expression, outer);
        }

        if (query.WhereClause is { } where)
        {
            batch.Expressions.Bind(where.SearchCondition, scope);
            Grouping.RefuseAggregates(batch, where.SearchCondition, "WHERE");
        }

        List<SqlColumn> columns = [.. query.SelectElements.SelectMany(element => BindElement(element, scope))];
        foreach (var group in query.GroupByClause?.GroupingSpecifications ?? [])
        {
            BindGroup(group, scope);
        }

        if (query.HavingClause is { } having)
        {
            batch.Expressions.Bind(having.SearchCondition, scope);
        }

        BindOrder(query, query.SelectElements, scope);
        new Grouping(batch, query, scope).Check();
        return columns;
    }

    public IEnumerable<SqlColumn> BindElement(SelectElement element, Scope scope)
    {
        switch (element)
        {
            case SelectScalarExpression scalar:
                var kind = batch.Expressions.Bind(scalar.Expression, scope);
                var named = scalar.ColumnName?.Value
                    ?? (scalar.Expression is ColumnReferenceExpression { MultiPartIdentifier: { } parts } ? parts.Identifiers[^1].Value : "");
                return [new SqlColumn(named, kind, scalar.Expression is not Literal)];
            case SelectStarExpression star:
                var alias = star.Qualifier?.Identifiers[^1].Value;
                var sources = scope.Sources.Where(source => alias is null || source.Name == alias).ToList();
                if (sources.Count == 0)
                {
                    batch.Complain(star, alias is null ? "* without a table" : $"there is no table or alias '{alias}' here");
                }

                return sources.SelectMany(source => source.Table.Columns);
            case SelectSetVariable set:
                var target = batch.Variable(set.Variable);
                batch.Expressions.Assign(set, set.Variable.Name, target, batch.Expressions.Bind(set.Expression, scope));
                return [];
            default:
                throw new NotSupportedException(element.GetType().Name);
        }
    }

    private void BindGroup(GroupingSpecification group, Scope scope)
    {
        if (group is not ExpressionGroupingSpecification { Expression: var expression })
        {
            batch.Complain(group, "a grouping that is no plain expression");
            return;
        }

        if (expression is Literal)
        {
            batch.Complain(group, "GROUP BY takes no numbers of columns");
        }

        batch.Expressions.Bind(expression, scope);
    }

    private void BindOrder(QueryExpression query, IList<SelectElement> elements, Scope scope)
    {
        foreach (var item in query.OrderByClause?.OrderByElements ?? [])
        {
            if (item.Expression is IntegerLiteral number)
            {
                if (int.Parse(number.Value, System.Globalization.CultureInfo.InvariantCulture) > elements.Count)
                {
                    batch.Complain(number, $"ORDER BY {number.Value}, of {elements.Count} columns");
                }
            }
            else if (!IsOutput(item.Expression, elements))
            {
                batch.Expressions.Bind(item.Expression, scope);
                if (query is QuerySpecification { UniqueRowFilter: UniqueRowFilter.Distinct } && !elements.OfType<SelectScalarExpression>().Any(element => Same(element.Expression, item.Expression, scope)))
                {
                    batch.Complain(item, $"DISTINCT is ordered by '{Batch.Source(item.Expression)}', which it does not select");
                }
            }
        }
    }

    private static bool IsOutput(ScalarExpression expression, IList<SelectElement> elements) =>
        expression is ColumnReferenceExpression { MultiPartIdentifier.Identifiers: [var name] }
        && elements.OfType<SelectScalarExpression>().Any(element => element.ColumnName?.Value == name.Value);

    private static bool Same(ScalarExpression one, ScalarExpression other, Scope scope) =>
        one is ColumnReferenceExpression first && other is ColumnReferenceExpression second
            ? scope.OwnName(first) is { } name && name == scope.OwnName(second)
            : Batch.Source(one) == Batch.Source(other);

    private IReadOnlyList<SqlColumn> BindUnion(BinaryQueryExpression union, Scope? outer)
    {
        var first = Bind(union.FirstQueryExpression, outer);
        var second = Bind(union.SecondQueryExpression, outer);
        if (first.Count != second.Count)
        {
            batch.Complain(union.SecondQueryExpression, $"a branch of {union.BinaryQueryExpressionType.ToString().ToUpperInvariant()} has {second.Count} columns, the one before {first.Count}");
        }

        var columns = first.Zip(second, (one, other) => one with { Kind = SqlKinds.Meet(one.Kind, other.Kind), IsNullable = one.IsNullable || other.IsNullable }).ToList();
        foreach (var (one, other) in first.Zip(second).Where(pair => SqlKinds.Clash(pair.First.Kind, pair.Second.Kind)))
        {
            batch.Complain(union.SecondQueryExpression, $"column '{one.Name}' is {one.Kind} in one branch and {other.Kind} in another");
        }

        foreach (var item in union.OrderByClause?.OrderByElements ?? [])
        {
            var isColumn = item.Expression is IntegerLiteral
                || (item.Expression is ColumnReferenceExpression { MultiPartIdentifier.Identifiers: [var name] } && columns.Any(column => column.Name == name.Value));
            if (!isColumn)
            {
                batch.Complain(item, $"a UNION is ordered by '{Batch.Source(item.Expression)}', which is none of its columns");
            }
        }

        return columns;
    }

    private void BindOffset(OffsetClause? offset, Scope? outer)
    {
        if (offset is not null)
        {
            batch.Expressions.Bind(offset.OffsetExpression, outer);
            if (offset.FetchExpression is { } fetch)
            {
                batch.Expressions.Bind(fetch, outer);
            }
        }
    }
}

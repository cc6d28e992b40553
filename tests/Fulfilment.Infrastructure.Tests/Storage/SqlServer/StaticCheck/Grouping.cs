using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>Whether what a grouped query selects is a group or an aggregate. SQLite would take any row's value.</summary>
internal sealed class Grouping(Batch batch, QuerySpecification query, Scope scope)
{
    public void Check()
    {
        var parts = query.SelectElements.Cast<TSqlFragment>().ToList();
        if (query.HavingClause is { } having)
        {
            parts.Add(having);
        }

        parts.AddRange(query.OrderByClause?.OrderByElements.Where(item => !IsAlias(item.Expression)) ?? []);
        if (query.GroupByClause is null && query.HavingClause is null && !parts.Exists(part => Aggregates(part).Count > 0))
        {
            return;
        }

        var groups = query.GroupByClause?.GroupingSpecifications.OfType<ExpressionGroupingSpecification>().Select(group => group.Expression).ToList() ?? [];
        var walk = new Ungrouped(scope, [.. groups.Select(Key)]);
        parts.ForEach(part => part.Accept(walk));
        foreach (var column in walk.Found)
        {
            batch.Complain(column, $"'{Batch.Source(column)}' is neither in GROUP BY nor in an aggregate");
        }
    }

    /// <summary>For clauses that are decided before rows are grouped.</summary>
    public static void RefuseAggregates(Batch batch, TSqlFragment clause, string name)
    {
        foreach (var aggregate in Aggregates(clause))
        {
            batch.Complain(aggregate, $"an aggregate in {name}");
        }
    }

    private static List<FunctionCall> Aggregates(TSqlFragment fragment)
    {
        var walk = new AggregateCalls();
        fragment.Accept(walk);
        return walk.Found;
    }

    private bool IsAlias(ScalarExpression expression) =>
        expression is ColumnReferenceExpression { MultiPartIdentifier.Identifiers: [var name] }
        && query.SelectElements.OfType<SelectScalarExpression>().Any(element => element.ColumnName?.Value == name.Value);

    private string Key(ScalarExpression expression) => KeyOf(scope, expression);

    private static string KeyOf(Scope scope, ScalarExpression expression) =>
        expression is ColumnReferenceExpression column && scope.OwnName(column) is { } name
            ? name
            : string.Concat(Batch.Source(expression).Where(letter => !char.IsWhiteSpace(letter)));

    private sealed class AggregateCalls : TSqlFragmentVisitor
    {
        public List<FunctionCall> Found { get; } = [];

        public override void ExplicitVisit(FunctionCall node)
        {
            if (SqlFunctions.IsAggregate(node))
            {
                Found.Add(node);
            }
            else
            {
                base.ExplicitVisit(node);
            }
        }

        // What a query inside does is its own affair.
        public override void ExplicitVisit(ScalarSubquery node)
        {
        }
    }

    private sealed class Ungrouped(Scope scope, HashSet<string> groups) : TSqlFragmentVisitor
    {
        public List<ColumnReferenceExpression> Found { get; } = [];

        public override void ExplicitVisit(FunctionCall node)
        {
            if (!SqlFunctions.IsAggregate(node) && !groups.Contains(KeyOf(scope, node)))
            {
                base.ExplicitVisit(node);
            }
        }

        public override void ExplicitVisit(ColumnReferenceExpression node)
        {
            if (scope.OwnName(node) is { } name && !groups.Contains(name))
            {
                Found.Add(node);
            }
        }

        public override void ExplicitVisit(BinaryExpression node)
        {
            if (!groups.Contains(KeyOf(scope, node)))
            {
                base.ExplicitVisit(node);
            }
        }

        public override void ExplicitVisit(SearchedCaseExpression node)
        {
            if (!groups.Contains(KeyOf(scope, node)))
            {
                base.ExplicitVisit(node);
            }
        }

        public override void ExplicitVisit(CoalesceExpression node)
        {
            if (!groups.Contains(KeyOf(scope, node)))
            {
                base.ExplicitVisit(node);
            }
        }

        public override void ExplicitVisit(ScalarSubquery node)
        {
        }
    }
}

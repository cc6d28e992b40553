using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Fulfilment.Infrastructure.Tests.Storage.SqlServer.StaticCheck;

/// <summary>Binds expressions and tells their types. What it does not know is a complaint, so that nothing passes unseen.</summary>
internal sealed class Expressions(Batch batch)
{
    public SqlKind Bind(ScalarExpression expression, Scope? scope)
    {
        switch (expression)
        {
            case Literal literal:
                return OfLiteral(literal);
            case ColumnReferenceExpression { ColumnType: ColumnType.Wildcard }:
                return SqlKind.Unknown;
            case ColumnReferenceExpression column:
                return (scope ?? new Scope(batch, null)).Resolve(column);
            case VariableReference variable:
                return batch.Variable(variable);
            case GlobalVariableExpression global:
                return OfGlobal(global);
            case ParenthesisExpression inner:
                return Bind(inner.Expression, scope);
            case UnaryExpression unary:
                return Bind(unary.Expression, scope);
            case BinaryExpression binary:
                return BindBinary(binary, scope);
            case FunctionCall call:
                return SqlFunctions.Bind(batch, call, scope);
            case CastCall cast:
                return BindCast(cast, cast.Parameter, cast.DataType, scope);
            case TryCastCall cast:
                return BindCast(cast, cast.Parameter, cast.DataType, scope);
            case ConvertCall convert:
                return BindCast(convert, convert.Parameter, convert.DataType, scope);
            case ScalarSubquery subquery:
                return BindSubquery(subquery, scope);
            case SearchedCaseExpression @case:
                foreach (var when in @case.WhenClauses)
                {
                    Bind(when.WhenExpression, scope);
                }

                return Same(@case, [.. @case.WhenClauses.Select(when => when.ThenExpression), .. Maybe(@case.ElseExpression)], scope);
            case SimpleCaseExpression @case:
                Same(@case, [@case.InputExpression, .. @case.WhenClauses.Select(when => when.WhenExpression)], scope);
                return Same(@case, [.. @case.WhenClauses.Select(when => when.ThenExpression), .. Maybe(@case.ElseExpression)], scope);
            case CoalesceExpression coalesce:
                return Same(coalesce, coalesce.Expressions, scope);
            case NullIfExpression nullIf:
                return Same(nullIf, [nullIf.FirstExpression, nullIf.SecondExpression], scope);
            case IIfCall choice:
                Bind(choice.Predicate, scope);
                return Same(choice, [choice.ThenExpression, choice.ElseExpression], scope);
            case LeftFunctionCall left:
                return left.Parameters.Select(parameter => Bind(parameter, scope)).First();
            case RightFunctionCall right:
                return right.Parameters.Select(parameter => Bind(parameter, scope)).First();
            default:
                batch.Complain(expression, $"'{Batch.Source(expression)}' is an expression of a kind that this check does not know ({expression.GetType().Name})");
                return SqlKind.Unknown;
        }
    }

    public void Bind(BooleanExpression expression, Scope? scope)
    {
        switch (expression)
        {
            case BooleanBinaryExpression both:
                Bind(both.FirstExpression, scope);
                Bind(both.SecondExpression, scope);
                break;
            case BooleanNotExpression not:
                Bind(not.Expression, scope);
                break;
            case BooleanParenthesisExpression inner:
                Bind(inner.Expression, scope);
                break;
            case BooleanComparisonExpression comparison:
                Same(comparison, [comparison.FirstExpression, comparison.SecondExpression], scope);
                break;
            case BooleanTernaryExpression between:
                Same(between, [between.FirstExpression, between.SecondExpression, between.ThirdExpression], scope);
                break;
            case BooleanIsNullExpression isNull:
                Bind(isNull.Expression, scope);
                break;
            case LikePredicate like:
                Same(like, [like.FirstExpression, like.SecondExpression], scope);
                break;
            case ExistsPredicate exists:
                batch.Queries.Bind(exists.Subquery.QueryExpression, scope);
                break;
            case InPredicate { Subquery: { } subquery } inQuery:
                Compare(inQuery, Bind(inQuery.Expression, scope), BindSubquery(subquery, scope));
                break;
            case InPredicate inList:
                Same(inList, [inList.Expression, .. inList.Values], scope);
                break;
            case SubqueryComparisonPredicate comparison:
                Compare(comparison, Bind(comparison.Expression, scope), BindSubquery(comparison.Subquery, scope));
                break;
            case UpdateCall update:
                if (batch.ChangedRows?.Find(update.Identifier.Value) is null)
                {
                    batch.Complain(update, $"there is no column '{update.Identifier.Value}' whose UPDATE could be asked for");
                }

                break;
            default:
                batch.Complain(expression, $"'{Batch.Source(expression)}' is a condition of a kind that this check does not know ({expression.GetType().Name})");
                break;
        }
    }

    /// <summary>Whether a value can go where something of that type is stored.</summary>
    public void Assign(TSqlFragment at, string target, SqlKind to, SqlKind from)
    {
        if (SqlKinds.Clash(to, from))
        {
            batch.Complain(at, $"'{target}' is {to} and is given {from}");
        }
    }

    private static SqlKind OfLiteral(Literal literal) => literal switch
    {
        // A number without a point that is too large for an INT is a DECIMAL, not a BIGINT.
        IntegerLiteral integer => int.TryParse(integer.Value, out _) ? SqlKind.Int : SqlKind.Decimal,
        NumericLiteral => SqlKind.Decimal,
        RealLiteral => SqlKind.Float,
        StringLiteral => SqlKind.Text,
        BinaryLiteral => SqlKind.Binary,
        _ => SqlKind.Unknown,
    };

    private SqlKind OfGlobal(GlobalVariableExpression global)
    {
        switch (global.Name.ToUpperInvariant())
        {
            case "@@ROWCOUNT" or "@@TRANCOUNT" or "@@ERROR" or "@@LOCK_TIMEOUT":
                return SqlKind.Int;
            case "@@SPID":
                return SqlKind.SmallInt;
            default:
                batch.Complain(global, $"there is no {global.Name}");
                return SqlKind.Unknown;
        }
    }

    private static IEnumerable<ScalarExpression> Maybe(ScalarExpression? expression) => expression is null ? [] : [expression];

    private SqlKind BindCast(TSqlFragment at, ScalarExpression from, DataTypeReference type, Scope? scope)
    {
        Bind(from, scope);
        if (SqlKinds.Of(type) is { } kind)
        {
            return kind;
        }

        batch.Complain(at, $"a CAST to the type '{Batch.Source(type)}', which is not known here");
        return SqlKind.Unknown;
    }

    private SqlKind BindBinary(BinaryExpression binary, Scope? scope)
    {
        var (left, right) = (Bind(binary.FirstExpression, scope), Bind(binary.SecondExpression, scope));
        if (SqlKinds.Clash(left, right))
        {
            batch.Complain(binary, $"'{Batch.Source(binary)}' is of {left} and {right}: numbers and text do not add up, use concat()");
        }

        return SqlKinds.Meet(left, right);
    }

    private SqlKind BindSubquery(ScalarSubquery subquery, Scope? scope)
    {
        var columns = batch.Queries.Bind(subquery.QueryExpression, scope);
        if (columns.Count == 1)
        {
            return columns[0].Kind;
        }

        batch.Complain(subquery, $"a query of {columns.Count} columns where one value is needed");
        return SqlKind.Unknown;
    }

    private SqlKind Same(TSqlFragment at, IList<ScalarExpression> expressions, Scope? scope)
    {
        var result = SqlKind.Unknown;
        foreach (var expression in expressions)
        {
            var kind = Bind(expression, scope);
            Compare(at, result, kind);
            result = SqlKinds.Meet(result, kind);
        }

        return result;
    }

    private void Compare(TSqlFragment at, SqlKind one, SqlKind other)
    {
        if (SqlKinds.Clash(one, other))
        {
            batch.Complain(at, $"'{Batch.Source(at)}' puts {one} and {other} side by side");
        }
    }
}

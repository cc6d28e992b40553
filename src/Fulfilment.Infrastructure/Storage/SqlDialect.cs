namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// What engines write differently in statements that are otherwise the same. Where more than this differs, or the speed of intake and import is at stake,
/// there is a store for each engine instead.
/// </summary>
public abstract class SqlDialect
{
    /// <summary>Ends a query after so many rows; it has to have an <c>ORDER BY</c>.</summary>
    /// <param name="count">A parameter such as <c>@limit</c>, or a number.</param>
    public abstract string Limit(string count);

    /// <summary>An inner join that SQLite runs in the order in which it is written, where its planner has no statistics to find that order.</summary>
    public abstract string JoinInOrder { get; }
}

namespace Fulfilment.Infrastructure.Storage;

/// <summary>
/// What engines write differently in statements that are otherwise the same. Where more than this differs, or the speed of intake and import is at stake,
/// there is a store for each engine instead.
/// </summary>
public abstract class SqlDialect
{
    /// <summary>The folder of the schema's scripts.</summary>
    public abstract string ScriptFolder { get; }

    /// <summary>Makes the table of applied scripts, unless it is there.</summary>
    public abstract string MakeMigrationsTable { get; }

    /// <summary>Lets one process at a time change the schema until its transaction ends; empty where every write transaction does so.</summary>
    public abstract string LockMigrations { get; }

    /// <summary>The database's own clock, in Unix milliseconds; null where it has none but the machine's.</summary>
    public abstract string? Clock { get; }

    /// <summary>Ends a query after so many rows; it has to have an <c>ORDER BY</c>.</summary>
    /// <param name="count">A parameter such as <c>@limit</c>, or a number; at least 1, since SQL Server refuses to fetch none.</param>
    public abstract string Limit(string count);

    /// <summary>Ends a query at one row, the one behind so many; it has to have an <c>ORDER BY</c>.</summary>
    /// <param name="rows">A parameter such as <c>@rows</c>, or a number.</param>
    public abstract string RowBehind(string rows);

    /// <summary>An inner join that SQLite runs in the order in which it is written, where its planner has no statistics to find that order.</summary>
    public abstract string JoinInOrder { get; }

    /// <summary>Stands behind a table's name and names the index to use, where the planner has no statistics to choose by.</summary>
    public abstract string IndexedBy(string index);

    /// <summary>Stands behind a table that is read in a transaction: its rows are read as they were stored last, without locks.</summary>
    public abstract string AsStored { get; }

    /// <summary>Stands behind the table of an update: it locks row by row, and passes by what somebody else has locked; who counts the rows finds out.</summary>
    public abstract string PassingByLocked { get; }

    /// <summary>That a column holds exactly the text of a parameter, where texts may end in spaces: SQL Server takes "A" and "A " for equal.</summary>
    public abstract string SameText(string column, string parameter);
}

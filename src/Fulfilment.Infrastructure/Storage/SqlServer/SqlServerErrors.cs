using Microsoft.Data.SqlClient;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>What an error of SQL Server means for whoever ran the statement.</summary>
public enum SqlServerError
{
    /// <summary>Running it again would end the same way, or nobody knows.</summary>
    Other,

    /// <summary>Another transaction was let through (1205); ours is undone.</summary>
    Deadlock,

    /// <summary>A row read from the snapshot has changed since (3960), or its table has (3961); ours is undone.</summary>
    SnapshotConflict,

    /// <summary>A unique index has the row already (2601, 2627): somebody else was first.</summary>
    Duplicate,

    /// <summary>The connection or the server went away, or had no room just then.</summary>
    Transient,

    /// <summary>A commit found no transaction (3902): an error had ended it and was not let through.</summary>
    NoTransaction,
}

/// <summary>Tells errors apart by their numbers.</summary>
public static class SqlServerErrors
{
    // From this severity on the server closes the connection.
    private const byte ConnectionLost = 20;

    // -1 to 11001: the network, as SqlClient reports it. 596 and 6005: the session was killed, the server shuts down. 615 to 988, 3906, 4060, 4221: a database
    // that is failing over. 701, 1204, 8645, 8651: no memory or locks at this moment. The others: Azure SQL moves, throttles or has no room.
    private static readonly HashSet<int> Transient =
    [
        -1, 0, 19, 20, 35, 53, 64, 121, 233, 258, 10053, 10054, 10060, 10061, 11001,
        596, 6005,
        615, 926, 976, 978, 983, 988, 3906, 4060, 4221,
        701, 1204, 8645, 8651,
        10928, 10929, 10936, 40143, 40197, 40501, 40540, 40613, 42108, 42109, 49918, 49919, 49920,
    ];

    /// <summary>What the exception means; <see cref="SqlServerError.Other"/> for everything that does not come from SQL Server.</summary>
    public static SqlServerError Of(Exception exception)
    {
        if (exception is not SqlException failed)
        {
            return SqlServerError.Other;
        }

        // The cause need not come first: "the statement has been terminated" may stand beside it.
        var worst = SqlServerError.Other;
        foreach (SqlError error in failed.Errors)
        {
            worst = Of(error.Number, error.Class) is var kind and not SqlServerError.Other ? kind : worst;
        }

        return worst;
    }

    /// <inheritdoc cref="Of(Exception)"/>
    public static SqlServerError Of(int number, byte severity) => number switch
    {
        1205 => SqlServerError.Deadlock,
        3960 or 3961 => SqlServerError.SnapshotConflict,
        2601 or 2627 => SqlServerError.Duplicate,
        3902 => SqlServerError.NoTransaction,
        _ => severity >= ConnectionLost || Transient.Contains(number) ? SqlServerError.Transient : SqlServerError.Other,
    };
}

using Dapper;
using Microsoft.Data.SqlClient;

namespace Fulfilment.Infrastructure.Storage.SqlServer;

/// <summary>What a database has to be set to before the engine uses it. Sets what is not so, where it may.</summary>
internal static class SqlServerRequirements
{
    // OPENJSON, which carries whole groups of orders, is there from this level on.
    private const int OldestLevel = 130;

    // It has to wait until nobody else is connected, hosts that start beside us among them.
    private const int SwitchSeconds = 20;

    private const int TimedOut = -2;

    /// <exception cref="InvalidOperationException">Something is not so, and this login or this moment does not let it be set.</exception>
    public static async Task MeetAsync(SqlConnection connection)
    {
        var found = await ReadAsync(connection).ConfigureAwait(false);
        if (found.Level < OldestLevel)
        {
            throw new InvalidOperationException(
                $"The database {found.Name} works as an older SQL Server (compatibility level {found.Level}). It needs SQL Server 2019 or later, or Azure SQL; then: "
                + $"ALTER DATABASE {Quoted(found.Name)} SET COMPATIBILITY_LEVEL = 150");
        }

        if (!found.ReadsCommittedSnapshot)
        {
            await SetAsync(connection, found.Name, "READ_COMMITTED_SNAPSHOT").ConfigureAwait(false);
        }

        if (!found.AllowsSnapshot)
        {
            await SetAsync(connection, found.Name, "ALLOW_SNAPSHOT_ISOLATION").ConfigureAwait(false);
        }
    }

    private static Task<Found> ReadAsync(SqlConnection connection) => connection.QuerySingleAsync<Found>("""
        SELECT name AS Name, CAST(compatibility_level AS INT) AS Level, CAST(is_read_committed_snapshot_on AS BIT) AS ReadsCommittedSnapshot,
               CAST(CASE WHEN snapshot_isolation_state = 1 THEN 1 ELSE 0 END AS BIT) AS AllowsSnapshot
        FROM sys.databases WHERE name = DB_NAME()
        """);

    private static async Task SetAsync(SqlConnection connection, string database, string option)
    {
        var statement = $"ALTER DATABASE {Quoted(database)} SET {option} ON";
        try
        {
            await connection.ExecuteAsync(statement, commandTimeout: SwitchSeconds).ConfigureAwait(false);
        }
        catch (SqlException failed)
        {
            var why = failed.Number == TimedOut ? "somebody else is connected to it" : failed.Message;
            throw new InvalidOperationException(
                $"The database {database} needs {option}, and it could not be switched on: {why} Stop whatever uses the database and run: {statement}", failed);
        }
    }

    private static string Quoted(string name) => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";

    private sealed record Found(string Name, int Level, bool ReadsCommittedSnapshot, bool AllowsSnapshot);
}
